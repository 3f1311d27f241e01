using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Pool;

/// <summary>Shows a host to administrators.</summary>
public sealed class HostResource(HostDoors doors, HostSights sights, TimeProvider clock)
{
    /// <summary>As listings show it.</summary>
    public async Task<JsonObject> ShowAsync(PoolHost host, CancellationToken cancellationToken)
    {
        var shown = Show(host);
        if (await doors.AddressOfAsync(host, cancellationToken) is { Door: { } door })
        {
            shown["url"] = door.Query.Length == 0 ? host.Url.AbsoluteUri : $"{host.Url.AbsoluteUri}?{door.ShownQuery}";
            shown["headers"] = new JsonArray([.. door.Headers.Keys.Select(h => (JsonNode)h)]);
        }

        return shown;
    }

    /// <summary>The same, with how far its list of workflows is.</summary>
    public async Task<JsonObject> ShowWholeAsync(PoolHost host, CancellationToken cancellationToken)
    {
        var shown = await ShowAsync(host, cancellationToken);
        shown["sync"] = JsonSerializer.SerializeToNode(await sights.Sync.ShowAsync(host, cancellationToken), ServerJson.Options);
        return shown;
    }

    private JsonObject Show(PoolHost host) => new()
    {
        ["id"] = host.Id.Value,
        ["url"] = host.Url.AbsoluteUri,
        ["state"] = HostEndpoints.NameOf(host.Status),
        ["reason"] = host.Reason,
        ["retryAt"] = host.RetryAt,
        ["warmUp"] = host.WarmUp,
        ["slots"] = host.Slots,
        ["freeSlots"] = host.FreeSlots,
        ["labels"] = new JsonObject(host.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
        ["leases"] = new JsonArray(
            [.. host.Leases.Select(l => new JsonObject { ["run"] = l.Run.Value, ["attempt"] = l.Attempt, ["workflow"] = l.Work,
                ["since"] = l.At, ["expectedSeconds"] = l.ExpectedSeconds })]),
        ["queue"] = QueueOf(sights.Sentinel.SignsOf(host.Id), host.Foreign),
        ["backlogSeconds"] = Math.Round(host.BacklogSeconds(clock.GetUtcNow()), 3),
        ["models"] = new JsonArray([.. host.Residency.Sets.Reverse().SelectMany(s => s.Files).Concat(host.Residency.Pinned)
            .Distinct(StringComparer.Ordinal).Select(m => (JsonNode)m)]),
        ["modelSets"] = host.Residency.Capacity,
        ["times"] = TimesOf(host.Times),
        ["failures"] = new JsonObject
        {
            ["nodes"] = host.Record.Failures,
            ["losses"] = host.Record.Losses,
            ["quarantines"] = host.Record.Trips
        },
        ["vramBytes"] = host.VramBytes,
        ["comfyVersion"] = host.ComfyVersion,
        ["maxUploadBytes"] = host.MaxUploadBytes,
        ["catalogHash"] = host.CatalogHash,
        ["registeredAt"] = host.RegisteredAt,
        ["lastSeenAt"] = sights.Sentinel.LastSeen(host.Id) is { } seen && !(seen < host.LastSeenAt) ? seen : host.LastSeenAt,
        ["heartbeatAt"] = host.HeartbeatAt,
        ["pack"] = PackOf(host.Report),
        ["sync"] = new JsonObject { ["on"] = sights.Sync.IsOn(host) },
    };

    private static JsonObject? PackOf(HostReport? report) => report is null ? null : new()
    {
        ["version"] = report.Pack,
        ["queue"] = new JsonObject { ["running"] = report.Running, ["pending"] = report.Pending },
        ["vram"] = new JsonObject { ["total"] = report.VramTotal, ["free"] = report.VramFree },
        ["models"] = new JsonObject((report.Models ?? ImmutableSortedDictionary<string, int>.Empty)
            .Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
    };

    // As this process saw it last; only what runs for this pool is counted while nothing of it is there.
    private static JsonObject QueueOf(HostSigns signs, ForeignWork? foreign) =>
        new() { ["running"] = signs.Running is null ? 0 : 1, ["pending"] = signs.Pending.Length, ["foreign"] = foreign?.Prompts ?? 0 };

    private static JsonObject TimesOf(LearnedTimes times) => new()
    {
        ["workflows"] = new JsonObject(times.Works.Where(w => w.Value.Samples > 0).OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => KeyValuePair.Create(w.Key, (JsonNode?)Math.Round(w.Value.Seconds, 3)))),
        // A mean of differences may lie below what can be.
        ["loads"] = new JsonObject(times.Loads.OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => KeyValuePair.Create(l.Key, (JsonNode?)Math.Round(Math.Max(0, l.Value.Seconds), 3)))),
    };
}
