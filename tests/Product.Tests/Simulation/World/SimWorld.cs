using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Simulation;

/// <summary>Everything that one seed makes: a pool, processes, calls, and what goes wrong and when.</summary>
internal sealed class SimWorld : IDisposable
{
    private const double FaultSeconds = 420;

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly List<Facade> processes = [];
    private readonly Dictionary<string, GpuHost> hosts;
    private readonly Dictionary<RunId, int> numbers = [];
    private readonly Dictionary<RunId, TimeSpan> idle = [];
    private readonly int calls;
    private int made;
    private bool hasEnded;
    private int number;

    public SimWorld(int seed)
    {
        Random = new(seed);
        IsDurable = Random.NextDouble() < 0.7;
        Laws = new(this);
        Runtime = new(this, IsDurable);
        hosts = Enumerable.Range(0, Random.Next(1, 6)).Select(i => new GpuHost(this, new($"gpu{i}"), Random.Next(1, 4)))
            .ToDictionary(h => h.Id.Value);
        Options = new()
        {
            Hosts = [.. hosts.Values.Select(h => new HostOptions { Id = h.Id.Value, Url = h.Url, Slots = h.Slots })],
            StartWithin = TimeSpan.FromMinutes(6),
            FinishWithin = TimeSpan.FromMinutes(12),
            Health = new() { StuckAfter = TimeSpan.FromSeconds(60) },
        };
        foreach (var workflow in SimWorkflows.All)
        {
            new WorkflowStore(Tables, Blobs).KeepAsync(workflow, SimWorkflows.Nodes, default).GetAwaiter().GetResult();
        }

        (StorageFaults, EventFaults, WireFaults, SignalFaults, DuplicateActivities) =
            (Sometimes(0.02), Sometimes(0.1), Sometimes(0.03), Sometimes(0.2), Sometimes(0.1));
        DoublesActivities = DuplicateActivities > 0;
        LosesNews = StorageFaults + EventFaults + WireFaults + SignalFaults + DuplicateActivities > 0;
        calls = Random.Next(8, 30);
        Schedule();
    }

    public VirtualTime Time { get; } = new();

    public Random Random { get; }

    public bool IsDurable { get; }

    public MemoryDocumentTables Tables { get; } = new();

    public MemoryBlobStore Blobs { get; } = new();

    public Laws Laws { get; }

    public Runtime Runtime { get; }

    public ComfyFuncOptions Options { get; }

    public double StorageFaults { get; private set; }

    public double EventFaults { get; private set; }

    public double WireFaults { get; private set; }

    public double SignalFaults { get; private set; }

    public double DuplicateActivities { get; private set; }

    public int LateSubmits { get; set; }

    public bool DoublesActivities { get; }

    /// <summary>
    /// Whether an answer, an event or a signal may be lost, or whoever heard it killed: then a host's death may not be laid at the right
    /// door.
    /// </summary>
    public bool LosesNews { get; private set; }

    public IEnumerable<Facade> Living => processes.Where(p => p.Context.IsAlive);

    public GpuHost HostOf(Uri url) => hosts[url.Host];

    public int NextNumber() => ++number;

    public PoolHost? RowOf(HostId host) =>
        Tables["hosts"].FindAsync("host", host.Value, default).GetAwaiter().GetResult() is { } row
        ? StoredJson.Read<PoolHost>(row.Json) : null;

    /// <summary>Placements that were given up before the attempt was written into the run's row.</summary>
    public int FailedPlacements(RunId run) => 3 - Math.Min(3, RowOf(run)?.Attempts.Length ?? 0);

    /// <summary>Plays everything to its end.</summary>
    /// <returns>The laws that were broken.</returns>
    public IReadOnlyList<string> Play()
    {
        var limit = Time.GetUtcNow().AddSeconds(FaultSeconds) + Options.FinishWithin + Margin + Margin;
        Time.RunUntil(() => hasEnded || Laws.Broken.Count > 0, limit);
        foreach (var (run, n) in numbers)
        {
            if (RowOf(run) is { } row)
            {
                Laws.Ended(row, n, row.Limits.FinishBy + Margin);
            }
        }

        return Laws.Broken;
    }

    public void Dispose() => processes.ForEach(p => p.Dispose());

    private RunRecord? RowOf(RunId run) =>
        Tables["runs"].FindAsync(RunKeys.Partition(run), RunKeys.Row(run), default).GetAwaiter().GetResult() is { } row
        ? StoredJson.Read<RunRecord>(row.Json) : null;

    private double Sometimes(double most) => Random.NextDouble() < 0.6 ? Random.NextDouble() * most : 0;

    private void Schedule()
    {
        for (var i = 0; i < (IsDurable ? Random.Next(1, 4) : 1); i++)
        {
            Spawn();
        }

        for (var i = 0; i < calls; i++)
        {
            var n = i;
            Time.After(5 + (Random.NextDouble() * 240), () => Call(n));
        }

        for (var i = Random.Next(0, 12); i > 0; i--)
        {
            Time.After(Random.NextDouble() * FaultSeconds, GoWrong);
        }

        Time.After(FaultSeconds, Heal);
        Watch();
    }

    private void Spawn()
    {
        var process = new Facade(this);
        processes.Add(process);
        process.Start();
    }

    private void GoWrong()
    {
        var host = hosts.Values.ElementAt(Random.Next(hosts.Count));
        switch (Random.Next(11))
        {
            case 0:
                host.Crash(Random.Next(1, 60));
                break;
            case 1:
                host.CutOff(Random.Next(1, 60));
                break;
            case 2:
                host.IsZombie = true;
                Time.After(Random.Next(60, 200), () => RestartZombie(host));
                break;
            case 3 or 4 when Living.Any():
                LosesNews = true;
                Living.ElementAt(Random.Next(Living.Count())).Context.Kill();
                Time.After(Random.Next(1, 30), Spawn);
                break;
            case 5:
                host.UseBy(Random.Next(1, 90));
                break;
            case 6:
                host.InterruptByPerson();
                break;
            case 7:
                host.ClearByPerson();
                break;
            case 8:
                host.Upgrade();
                break;
            case 9:
                host.WritesOddBytes = true;
                break;
            default:
                foreach (var process in Living)
                {
                    process.Clock.Skew = TimeSpan.FromSeconds(Random.Next(-40, 40));
                }

                break;
        }
    }

    private static void RestartZombie(GpuHost host)
    {
        if (host.IsZombie)
        {
            host.Crash(3);
        }
    }

    private void Heal()
    {
        (StorageFaults, EventFaults, WireFaults, SignalFaults, DuplicateActivities) = (0, 0, 0, 0, 0);
        foreach (var host in hosts.Values)
        {
            RestartZombie(host);
            host.WritesOddBytes = false;
        }

        foreach (var process in Living)
        {
            process.Clock.Skew = TimeSpan.Zero;
        }
    }

    private void Call(int n)
    {
        var living = Living.ToArray();
        if (living.Length == 0)
        {
            Time.After(5, () => Call(n));
            return;
        }

        var process = living[Random.Next(living.Length)];
        var run = RunOf(n);
        numbers[run.Id] = n;
        process.Context.Run(async () =>
        {
            try
            {
                await process.Runs.InsertAsync(run, default);
                await Runtime.For(process).StartAsync(run.Id, default);
            }
            catch (Exception e) when (e is StorageUnavailableException or InvalidOperationException)
            {
                // The caller got a 503 or a 500. The row may be there all the same: then it is a run like any other.
            }
        });
        made++;
        if (Random.NextDouble() < 0.1)
        {
            Time.After(Random.NextDouble() * 30, () => Cancel(run.Id));
        }
    }

    private void Cancel(RunId run)
    {
        if (Living.FirstOrDefault() is { } process)
        {
            process.Context.Run(async () =>
            {
                try
                {
                    var now = process.Clock.GetUtcNow();
                    await process.Runs.ChangeAsync(run, r => r.WithCancelRequested(now), default);
                    await Runtime.For(process).SignalAsync(run, new RunEvent.CancelRequested(now), default);
                }
                catch (StorageUnavailableException)
                {
                    // The caller is told to try again, and does not.
                }
            });
        }
    }

    private RunRecord RunOf(int n)
    {
        var dice = Random.NextDouble();
        var kind = dice < 0.03 ? "crash" : dice < 0.06 ? "hang" : dice < 0.11 ? "fail" : dice < 0.14 ? "oom" : "ok";
        var seconds = Math.Round(1 + (Random.NextDouble() * 19), 1);
        var model = Random.Next(SimWorkflows.All.Length);
        var workflow = SimWorkflows.All[model];
        var call = JsonElement.Parse(
            FormattableString.Invariant($$$"""{"work":{"seconds":{{{seconds}}},"kind":"{{{kind}}}","number":{{{n}}}}}"""));
        var bound = (Binding.Valid)ValueBinder.Bind(workflow, call, new BindLimits { MaxFileBytes = 1, MaxBatch = 1 });
        var now = Time.GetUtcNow();
        return new()
        {
            Id = new(IdOf(now, n)),
            Workflow = $"w{model}",
            Version = 1,
            Content = workflow.ContentHash,
            Catalog = SimWorkflows.Nodes.Hash,
            Inputs = $"{n}",
            Client = $"c{Random.Next(3)}",
            Priority = Random.Next(3) - 1,
            CreatedAt = now,
            Limits = new() { StartBy = now + Options.StartWithin, FinishBy = now + Options.FinishWithin },
            State = RunProcess.Initial,
            Values = JsonElement.Parse(StoredJson.WriteBytes(bound.Values)),
        };
    }

    private static string IdOf(DateTimeOffset at, int n) =>
        System.Ulid.NewUlid(at, [0, 0, .. BitConverter.GetBytes((long)n).Reverse()]).ToString();

    // No run may wait while a slot is open that it would be given: not for longer than every loop needs to notice.
    private void Watch() => Time.After(5, () =>
    {
        Look();
        hasEnded = made == calls && Time.GetUtcNow().TimeOfDay.TotalSeconds > FaultSeconds
            && numbers.Keys.All(r => RowOf(r) is null or { Outcome: not null });
        Watch();
    });

    private void Look()
    {
        var now = Time.GetUtcNow();
        ImmutableArray<PoolHost> pool = [.. hosts.Values.Select(h => RowOf(h.Id)).OfType<PoolHost>()];
        var waiting = Rows("pending").Select(d => StoredJson.Read<WaitingRun>(d.Json))
            .Where(w => RowOf(w.Run) is { State: RunState.Waiting }).ToArray();
        var assignable = Living.Any() && now.TimeOfDay.TotalSeconds > FaultSeconds + 60
            ? Scheduler.Assign(pool, waiting, (_, h) => h.CatalogHash is not null, now).Select(a => a.Slot.Run).ToHashSet() : [];
        foreach (var run in idle.Keys.Where(r => !assignable.Contains(r)).ToArray())
        {
            idle.Remove(run);
        }

        foreach (var run in assignable)
        {
            idle[run] = idle.GetValueOrDefault(run) + TimeSpan.FromSeconds(5);
            if (idle[run] > TimeSpan.FromSeconds(30))
            {
                Laws.Break($"Run {run} waits, though a slot is open for it: {(IsDurable ? "durable" : "embedded")}, {Living.Count()} processes; {string.Join("; ", pool.Select(h => $"{h.Id} {h.Status} {h.Reason} {h.Leases.Length}/{h.Slots}"))}; {StoredJson.Write(waiting.First(w => w.Run == run))}");
            }
        }
    }

    private List<Document> Rows(string table)
    {
        var rows = new List<Document>();
        var all = Tables[table].QueryAsync(new DocumentQuery { PageSize = DocumentQuery.LargestPage }, default).GetAsyncEnumerator();
        while (all.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            rows.Add(all.Current);
        }

        return rows;
    }
}
