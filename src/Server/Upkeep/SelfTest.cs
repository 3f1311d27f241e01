using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Looks at what must fit together when several processes serve one storage: who listens, who can drive runs, and what has been left lying.
/// </summary>
public sealed class SelfTest(ProcessBeat beat, ProcessStore processes, HostStore hosts, RunStore runs, TimeProvider clock)
{
    // Any driver has taken a run's first step by then, and has ended it so long after its deadline.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        var here = beat.Now();
        ImmutableArray<ProcessRow> living = [here, .. (await processes.LivingAsync(cancellationToken)).Where(p => p.Id != here.Id)
            .OrderBy(p => p.StartedAt)];
        var undriven = await OldestUndrivenAsync(cancellationToken);
        return new()
        {
            ["processes"] = new JsonArray([.. living.Select(JsonNode (p) => ShowProcess(p, here.Id))]),
            ["hosts"] = new JsonArray([.. hosts.Known.Select(JsonNode (h) => ShowHost(h, living))]),
            ["canDrive"] = living.Any(p => p.CanDrive),
            ["leases"] = hosts.Known.Sum(h => h.Leases.Length),
            ["watches"] = living.Sum(p => p.Watches),
            ["oldestUndrivenRun"] = undriven is null ? null
                : new JsonObject
                {
                    ["id"] = undriven.Id.Value,
                    ["createdAt"] = undriven.CreatedAt,
                    ["finishBy"] = undriven.Limits.FinishBy
                },
            ["lastSweeps"] = Times(living.SelectMany(p => p.Sweeps).GroupBy(s => s.Key, StringComparer.Ordinal)
                .Select(g => KeyValuePair.Create(g.Key, g.Max(s => s.Value)))),
        };
    }

    private async Task<RunRecord?> OldestUndrivenAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        RunRecord? oldest = null;
        await foreach (var run in runs.OpenRunsAsync(now - RunRescue.LongestRun, cancellationToken))
        {
            var isLeft = (run.Step == 0 && now - run.CreatedAt > Patience) || now - run.Limits.FinishBy > Patience;
            oldest = isLeft && !(oldest?.CreatedAt < run.CreatedAt) ? run : oldest;
        }

        return oldest;
    }

    private static JsonObject ShowProcess(ProcessRow row, string here) => new JsonObject
    {
        ["id"] = row.Id,
        ["name"] = row.Name,
        ["isThis"] = row.Id == here,
        ["startedAt"] = row.StartedAt,
        ["seenAt"] = row.SeenAt,
        ["canDrive"] = row.CanDrive,
        ["listensTo"] = new JsonArray([.. row.ListensTo.Select(h => JsonValue.Create(h))]),
        ["watches"] = row.Watches,
        ["signals"] = row.Signals,
        ["storageRequests"] = row.StorageRequests,
        ["inHand"] = new JsonArray([.. row.InHand.Select(r => JsonValue.Create(r))]),
        ["sweeps"] = Times(row.Sweeps),
    };

    private static JsonObject ShowHost(PoolHost host, ImmutableArray<ProcessRow> living) => new JsonObject
    {
        ["id"] = host.Id.Value,
        ["leases"] = host.Leases.Length,
        ["listeners"] = living.Count(p => p.ListensTo.Contains(host.Id.Value)),
    };

    private static JsonObject Times(IEnumerable<KeyValuePair<string, DateTimeOffset>> times) =>
        new(times.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)JsonValue.Create(t.Value))));
}
