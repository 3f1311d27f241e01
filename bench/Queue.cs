using System.Diagnostics;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Bench;

/// <summary>
/// What a long queue costs: grants a second out of it against grants out of a queue of ten, and storage reads a second while nothing can be
/// granted. The application over storage in memory; a run is over as soon as it has its slot.
/// </summary>
internal static class Queue
{
    private const int Grants = 2_000;
    private const int Rounds = 5;
    private const int Few = 10;
    private const int Hosts = 4;
    private const int IdleSeconds = 60;

    public static async Task RunAsync(int waiting)
    {
        var tables = new CountingTables(new MemoryDocumentTables());
        var (ends, endsOfFew) = (new Ends(), new Ends());
        await using var services = await StartAsync(tables, ends, waiting);
        await using var few = await StartAsync(new MemoryDocumentTables(), endsOfFew, Few);
        var (rates, ratesOfFew) = (new List<(double ByClock, double ByProcessor)>(), new List<(double ByClock, double ByProcessor)>());
        for (var i = 0; i <= Rounds; i++)
        {
            var (one, other) = (await RateAsync(few, endsOfFew), await RateAsync(services, ends));
            if (i > 0) // The first compiles.
            {
                ratesOfFew.Add(one);
                rates.Add(other);
            }
        }

        Compare("a second", waiting, ratesOfFew.Select(r => r.ByClock), rates.Select(r => r.ByClock));
        Compare("a second of processor time", waiting, ratesOfFew.Select(r => r.ByProcessor), rates.Select(r => r.ByProcessor));

        var (hosts, dispatcher) = (services.GetRequiredService<HostStore>(), services.GetRequiredService<Dispatcher>());
        foreach (var host in hosts.Known)
        {
            await hosts.UpdateAsync(host.Id, h => h with { Status = HostStatus.Draining }, CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        Task[] loops =
        [
            dispatcher.LoopAsync(stop.Token), services.GetRequiredService<Sweeper>().LoopAsync(stop.Token),
            services.GetRequiredService<HostMonitor>().LoopAsync(stop.Token)
        ];
        tables.Reset();
        await Task.Delay(TimeSpan.FromSeconds(IdleSeconds), CancellationToken.None);
        Line($"idle, {waiting} waiting: {tables.Reads / (double)IdleSeconds:0.00} storage reads a second");
        await stop.CancelAsync();
        await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static void Compare(string per, int waiting, IEnumerable<double> few, IEnumerable<double> many)
    {
        var (fast, slow) = (few.Quantile(0.5), many.Quantile(0.5));
        Line($"grants {per}: of a queue of ten {fast:0}, of {waiting} waiting {slow:0}, {100 * slow / fast:0} %");
    }

    private static async Task<ServiceProvider> StartAsync(IDocumentTables tables, Ends ends, int waiting)
    {
        var services = DispatchRig.Over(tables, ends);
        await tables.EnsureCreatedAsync(StoragePreparation.Tables, CancellationToken.None);
        await DispatchRig.AddHostsAsync(services, Hosts, slots: 2, seconds: 1);
        await DispatchRig.LearnHostsAsync(services);
        ends.Over(services.GetRequiredService<HostStore>(), services.GetRequiredService<DispatchBell>());
        await FillAsync(services, waiting);
        return services;
    }

    // As many are put back as are granted, so that the queue stays as long as it is.
    private static async Task<(double ByClock, double ByProcessor)> RateAsync(IServiceProvider services, Ends ends)
    {
        using var stop = new CancellationTokenSource();
        var dispatcher = services.GetRequiredService<Dispatcher>();
        ends.Begin(Grants, () => FillAsync(services, 1));
        GC.Collect(); // What the other queue left is not this one's.
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        // Over storage in memory its rounds never wait, so it needs a thread of its own.
        var loop = Task.Run(() => dispatcher.LoopAsync(stop.Token), CancellationToken.None);
        services.GetRequiredService<DispatchBell>().Ring();
        await ends.Reached;
        var (taken, used) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor);
        await stop.CancelAsync();
        await loop.ContinueWith(_ => { }, TaskScheduler.Default);
        return (Grants / taken.TotalSeconds, Grants / used.TotalSeconds);
    }

    private static async Task FillAsync(IServiceProvider services, int count)
    {
        var (runs, pending) = (services.GetRequiredService<RunStore>(), services.GetRequiredService<PendingStore>());
        for (var i = 0; i < count; i++)
        {
            var (run, waiting) = DispatchRig.Accepted(i);
            await runs.InsertAsync(run, CancellationToken.None);
            await pending.AddAsync(waiting, CancellationToken.None);
        }
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends each run that is granted a slot.</summary>
    private sealed class Ends : GrantDriver
    {
        private TaskCompletionSource reached = new();
        private Func<Task> andThen = () => Task.CompletedTask;
        private HostStore? hosts;
        private DispatchBell? bell;
        private int left;

        public override bool DrivesHere => false;

        public Task Reached => reached.Task;

        public void Over(HostStore over, DispatchBell ring) => (hosts, bell) = (over, ring);

        public void Begin(int grants, Func<Task> then) =>
            (left, andThen, reached) = (grants, then, new(TaskCreationOptions.RunContinuationsAsynchronously));

        protected override async Task GrantedAsync(Lease lease, CancellationToken cancellationToken)
        {
            if (hosts is null)
            {
                return;
            }

            await andThen();
            await hosts.UpdateAsync(lease.Host, h => h.TakeBack(lease, DateTimeOffset.UtcNow), cancellationToken);
            bell?.Ring();
            if (Interlocked.Decrement(ref left) == 0)
            {
                reached.TrySetResult();
            }
        }
    }
}
