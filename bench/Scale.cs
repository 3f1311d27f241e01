using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Bench;

/// <summary>
/// The dispatchers of many processes over one storage in memory that counts: what a run and a second cost of each table, and whether a slot
/// is ever lent twice. Calls come at random to any process; what a host would do with a prompt is a pause.
/// </summary>
internal static class Scale
{
    private const int Slots = 2;
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
        await DispatchRig.AddHostsAsync(all[0].Services, hosts, Slots, ExecutionSeconds);
        foreach (var process in all)
        {
            await DispatchRig.LearnHostsAsync(process.Services);
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
    private sealed class Process(ServiceProvider services, CountingTables tables, Ledger pool) : GrantDriver, IAsyncDisposable
    {
        private static readonly ConcurrentDictionary<RunId, long> Accepted = new();

        public ServiceProvider Services { get; private set; } = services;

        public CountingTables Tables => tables;

        public override bool DrivesHere => true;

        public static Process Over(IDocumentTables shared, IBlobStore blobs, Ledger pool)
        {
            var tables = new CountingTables(shared);
            var process = new Process(null!, tables, pool); // Its services need it, and it them.
            process.Services = DispatchRig.Over(tables, process, blobs);
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
            var (run, waiting) = DispatchRig.Accepted(number);
            Accepted[run.Id] = Stopwatch.GetTimestamp();
            await Get<RunStore>().InsertAsync(run, CancellationToken.None);
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

        public ValueTask DisposeAsync() => Services.DisposeAsync();

        // Whoever grants does not wait for the end.
        protected override Task GrantedAsync(Lease lease, CancellationToken cancellationToken)
        {
            _ = ExecuteAsync(lease);
            return Task.CompletedTask;
        }

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
