using System.Diagnostics.Metrics;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Simulation;

/// <summary>One process of the application: everything real above the lines to storage, hosts and the durable runtime.</summary>
internal sealed class Facade : IDisposable
{
    private readonly SimWorld world;
    private readonly ServiceProvider services;

    public Facade(SimWorld world)
    {
        this.world = world;
        Context = new(world.Time);
        Clock = new(world.Time);
        var lines = new GpuLines(world, Clock);
        services = new ServiceCollection()
            .AddLogging(log => log.AddProvider(new ErrorsBreakLaws(world.Laws)))
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IDocumentTables>(new FaultyTables(world))
            .AddSingleton<IBlobStore>(world.Blobs)
            .AddSingleton(new StorageLinks(new MemorySasMinter(), new Uri("https://blobs.invalid")))
            .AddSingleton<IHostListeners>(lines)
            .AddSingleton<IHttpClientFactory>(lines)
            .AddSingleton<IRunDriver>(world.Runtime.For(this))
            .AddSingleton(world.Options)
            .AddComfyFunc(new ConfigurationBuilder().Build())
            .BuildServiceProvider();
    }

    public ProcessContext Context { get; }

    public ProcessClock Clock { get; }

    public RunExecutor Executor => services.GetRequiredService<RunExecutor>();

    public RunStore Runs => services.GetRequiredService<RunStore>();

    public void Start() => Context.Run(async () =>
    {
        var monitor = services.GetRequiredService<HostMonitor>();
        await UntilDoneAsync(() => services.GetRequiredService<WorkflowStore>()
            .KeepAsync(SimWorkflows.All[0], SimWorkflows.Nodes, default));
        await UntilDoneAsync(() => monitor.JoinAsync(default));
        _ = WatchAsync(monitor.LoopAsync);
        _ = WatchAsync(services.GetRequiredService<Dispatcher>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<CatalogWatch>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<ProcessBeat>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<Takeover>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<ProgressPublisher>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<EndsListener>().LoopAsync);
        _ = WatchAsync(services.GetRequiredService<Sweeper>().LoopAsync);
        await world.Runtime.StartedAsync(this);
    });

    /// <summary>
    /// Its loops stand still with the world's time. What .NET keeps of it for as long as the process of the tests lives would be looked
    /// through by all who listen there.
    /// </summary>
    public void Dispose()
    {
        services.GetRequiredService<IMeterFactory>().Dispose();
        services.GetRequiredService<Traces>().Dispose();
    }

    private async Task WatchAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(default);
        }
        catch (Exception e)
        {
            world.Laws.Break($"A loop ended: {e}");
        }
    }

    // A process that cannot reach storage when it starts is started again by whoever looks after it.
    private async Task UntilDoneAsync(Func<Task> act)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (StorageUnavailableException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), world.Time);
            }
        }
    }
}
