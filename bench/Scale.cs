using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Bench;

/// <summary>
/// The dispatchers of many processes over one storage in memory that counts: what a run and a second cost of each table, and whether a slot
/// is ever lent twice. Calls come at random to any process; what a host would do with a prompt is a pause.
/// </summary>
internal static class Scale
{
    private const int Slots = 2;
    private const int Kinds = 20;
    private const double ExecutionSeconds = 5;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    // As the monitor of hosts does it.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(int hosts, int processes)
    {
        foreach (var rate in new[] { 0, 1, 10, 100 })
        {
            await RunAsync(hosts, processes, rate);
        }
    }

    private static async Task RunAsync(int hosts, int processes, int rate)
    {
        var (tables, blobs, pool) = (new MemoryDocumentTables(), new MemoryBlobStore(), new Ledger(hosts));
        await tables.EnsureCreatedAsync(StoragePreparation.Tables, CancellationToken.None);
        var all = Enumerable.Range(0, processes).Select(_ => Process.Over(tables, blobs, pool)).ToArray();
        await AddHostsAsync(all[0].Services, hosts);
        foreach (var process in all)
        {
            await process.Get<HostStore>().RefreshAsync(CancellationToken.None);
            await process.Get<CatalogWatch>().LoadAsync(process.Get<HostStore>().Known, CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        var loops = all.SelectMany(p => p.Loops(LookInterval, stop.Token)).ToArray();
        foreach (var process in all)
        {
            process.Tables.Reset();
            process.Tables.Writes.Clear();
        }

        var (start, processor, made) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0);
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < Length)
        {
            for (var due = (int)(elapsed.TotalSeconds * rate); made < due; made++)
            {
                all[Random.Shared.Next(processes)].Begin(made);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }

        await pool.EndedAsync(made);
        var (seconds, used) = (Stopwatch.GetElapsedTime(start).TotalSeconds, Environment.CpuUsage.TotalTime - processor);
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
        Say(hosts, all, rate, made, seconds, used, pool);
        foreach (var process in all)
        {
            await process.DisposeAsync();
        }
    }

    private static void Say(int hosts, Process[] all, int rate, int made, double seconds, TimeSpan used, Ledger pool)
    {
        var row = all[0].Get<HostStore>().Known.Average(h => Encoding.UTF8.GetByteCount(StoredJson.Write(h)));
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{hosts} hosts (a row {row:0} bytes), {all.Length} processes, {rate} runs a second: {made} runs, "
                + $"most slots at once {pool.Most} of {hosts * Slots}, lent twice {pool.Doubles}, processor {100 * used.TotalSeconds / seconds:0} %");
        if (made > 0)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"; to the slot p50 {pool.Waits.Quantile(0.5):0} ms, p95 {pool.Waits.Quantile(0.95):0} ms");
        }

        foreach (var name in new[] { "hosts", "pending", "runs" })
        {
            var (reads, writes) = (all.Sum(p => p.Tables.ReadsOf(name)),
                all.SelectMany(p => p.Tables.Writes).Where(w => w.Key.StartsWith(name + " ", StringComparison.Ordinal)).Sum(w => w.Value));
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {name,-8} {reads / seconds,8:0.0} reads a second");
            if (made > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $", {writes / (double)made,5:0.00} writes a run");
            }
        }

        Console.WriteLine(text);
    }

    private static async Task AddHostsAsync(IServiceProvider services, int hosts)
    {
        var catalog = await services.GetRequiredService<HostCatalogs>().KeepAsync("{}"u8.ToArray(), CancellationToken.None);
        for (var i = 0; i < hosts; i++)
        {
            var id = new HostId($"h{i:0000}");
            var times = Enumerable.Range(0, Kinds).Aggregate(LearnedTimes.None, (known, w) =>
                known.After(new Observation($"w{w}@1", [], [], ExecutionSeconds, DateTimeOffset.UtcNow)));
            await services.GetRequiredService<HostStore>().PutAsync(id,
                _ => new() { Id = id, Url = new($"http://h{i}:8188/"), Slots = Slots, CatalogHash = catalog.Hash, Times = times },
                CancellationToken.None);
        }
    }

    /// <summary>Who holds which slot, as the hosts themselves would know it.</summary>
    private sealed class Ledger(int hosts)
    {
        private readonly ConcurrentDictionary<HostId, int> held = new(Environment.ProcessorCount, hosts);
        private int lent;
        private int most;
        private int doubles;
        private int ended;

        public ConcurrentBag<double> Waits { get; } = [];

        public int Most => most;

        public int Doubles => doubles;

        public void Lend(Lease lease)
        {
            if (held.AddOrUpdate(lease.Host, 1, (_, n) => n + 1) > Slots)
            {
                Interlocked.Increment(ref doubles);
            }

            most = Math.Max(most, Interlocked.Increment(ref lent));
        }

        public void GiveBack(Lease lease)
        {
            held.AddOrUpdate(lease.Host, 0, (_, n) => n - 1);
            Interlocked.Decrement(ref lent);
            Interlocked.Increment(ref ended);
        }

        public async Task EndedAsync(int count)
        {
            while (Volatile.Read(ref ended) < count)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <summary>One process of many: it places the runs whose calls it gets, and lends slots to those that wait.</summary>
    private sealed class Process(ServiceProvider services, CountingTables tables, Ledger pool) : IRunDriver, IAsyncDisposable
    {
        private static readonly ConcurrentDictionary<RunId, long> Accepted = new();

        public ServiceProvider Services { get; private set; } = services;

        public CountingTables Tables => tables;

        public bool IsReady => true;

        public bool DrivesHere => true;

        public long Signals => 0;

        public static Process Over(IDocumentTables shared, IBlobStore blobs, Ledger pool)
        {
            var tables = new CountingTables(shared);
            var process = new Process(null!, tables, pool); // Its services need it, and it them.
            process.Services = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Warning))
                .AddSingleton<IRunDriver>(process).AddSingleton(TimeProvider.System)
                .AddSingleton<IDocumentTables>(tables).AddSingleton(blobs).AddMemoryStorage()
                .AddSingleton(new ComfyFuncOptions()).AddComfyFunc(new ConfigurationBuilder().Build()).BuildServiceProvider();
            return process;
        }

        public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

        public IEnumerable<Task> Loops(TimeSpan look, CancellationToken stop) =>
        [
            Task.Run(() => Get<Dispatcher>().LoopAsync(stop), CancellationToken.None),
            Task.Run(async () =>
            {
                await Task.Delay(look * Random.Shared.NextDouble(), stop);
                while (!stop.IsCancellationRequested)
                {
                    await Get<HostStore>().RefreshAsync(stop);
                    await Task.Delay(look, stop);
                }
            }, CancellationToken.None),
        ];

        public void Begin(int number) => _ = Task.Run(async () =>
        {
            var (now, id) = (DateTimeOffset.UtcNow, RunIds.New(TimeProvider.System));
            Accepted[id] = Stopwatch.GetTimestamp();
            var waiting = new WaitingRun
            {
                Run = id,
                Placement = Engine.Runs.Placement.First,
                Since = now,
                Client = $"c{number % 4}",
                Work = new() { Name = $"w{number % Kinds}@1" },
            };
            await Get<RunStore>().InsertAsync(
                new()
                {
                    Id = id,
                    Workflow = "w",
                    Version = 1,
                    Content = "c",
                    Catalog = "k",
                    CreatedAt = now,
                    Limits = new() { StartBy = now.AddHours(1), FinishBy = now.AddHours(1) },
                    State = new RunState.Waiting(Engine.Runs.Placement.First),
                }, CancellationToken.None);
            var slot = await Get<SlotFinder>().FindAsync(waiting, CancellationToken.None);
            if (slot.Lease is { } lease)
            {
                await ExecuteAsync(lease);
            }
            else
            {
                await Get<PendingStore>().AddAsync(waiting, CancellationToken.None);
                Get<DispatchBell>().Ring();
            }
        });

        public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
        {
            if (signal is RunEvent.Granted granted)
            {
                _ = ExecuteAsync(granted.Lease);
            }

            return Task.CompletedTask;
        }

        public Task StartAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => Services.DisposeAsync();

        private async Task ExecuteAsync(Lease lease)
        {
            pool.Lend(lease);
            if (Accepted.TryRemove(lease.Run, out var accepted))
            {
                pool.Waits.Add(Stopwatch.GetElapsedTime(accepted).TotalMilliseconds);
            }

            await Task.Delay(TimeSpan.FromSeconds(-ExecutionSeconds * Math.Log(1 - Random.Shared.NextDouble())));
            pool.GiveBack(lease);
            await Get<HostStore>().UpdateAsync(lease.Host, h => h.TakeBack(lease, DateTimeOffset.UtcNow), CancellationToken.None);
            Get<DispatchBell>().Ring();
        }
    }
}
