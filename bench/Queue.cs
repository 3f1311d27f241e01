using System.Diagnostics;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
        var services = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Warning))
            .AddSingleton<IRunDriver>(ends).AddSingleton(TimeProvider.System).AddSingleton(tables).AddMemoryStorage()
            .AddSingleton(new ComfyFuncOptions()).AddComfyFunc(new ConfigurationBuilder().Build()).BuildServiceProvider();
        await tables.EnsureCreatedAsync(StoragePreparation.Tables, CancellationToken.None);
        await AddHostsAsync(services);
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
            var now = DateTimeOffset.UtcNow;
            var id = RunIds.New(TimeProvider.System);
            await runs.InsertAsync(
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
            await pending.AddAsync(
                new()
                {
                    Run = id,
                    Placement = Engine.Runs.Placement.First,
                    Since = now,
                    Client = $"c{i % 4}",
                    Work = new() { Name = $"w{i % 20}@1" },
                }, CancellationToken.None);
        }
    }

    private static async Task AddHostsAsync(IServiceProvider services)
    {
        var catalog = await services.GetRequiredService<HostCatalogs>().KeepAsync("{}"u8.ToArray(), CancellationToken.None);
        for (var i = 0; i < Hosts; i++)
        {
            var id = new HostId($"h{i}");
            // Each workflow has ended well once, or a version would go to two hosts at most.
            var times = LearnedTimes.None;
            for (var w = 0; w < 20; w++)
            {
                times = times.After(new Observation($"w{w}@1", [], [], 1, DateTimeOffset.UtcNow));
            }

            await services.GetRequiredService<HostStore>().PutAsync(
                id, _ => new() { Id = id, Url = new("http://127.0.0.1:1/"), CatalogHash = catalog.Hash, Times = times },
                CancellationToken.None);
        }

        await services.GetRequiredService<CatalogWatch>().LoadAsync(services.GetRequiredService<HostStore>().Known, CancellationToken.None);
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Drives nothing: ends each run that is granted a slot.</summary>
    private sealed class Ends : IRunDriver
    {
        private TaskCompletionSource reached = new();
        private Func<Task> andThen = () => Task.CompletedTask;
        private HostStore? hosts;
        private DispatchBell? bell;
        private int left;

        public bool IsReady => true;

        public bool DrivesHere => false;

        public long Signals => 0;

        public Task Reached => reached.Task;

        public void Over(HostStore over, DispatchBell ring) => (hosts, bell) = (over, ring);

        public void Begin(int grants, Func<Task> then) =>
            (left, andThen, reached) = (grants, then, new(TaskCreationOptions.RunContinuationsAsynchronously));

        public async Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
        {
            if (signal is RunEvent.Granted granted && hosts is not null)
            {
                await andThen();
                await hosts.UpdateAsync(granted.Lease.Host, h => h.TakeBack(granted.Lease, DateTimeOffset.UtcNow), cancellationToken);
                bell?.Ring();
                if (Interlocked.Decrement(ref left) == 0)
                {
                    reached.TrySetResult();
                }
            }
        }

        public Task StartAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
