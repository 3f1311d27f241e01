using ComfyFunc.ComfySim.Events;
using ComfyFunc.ComfySim.Execution;
using ComfyFunc.ComfySim.Http;
using ComfyFunc.ComfySim.Models;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Queueing;

namespace ComfyFunc.ComfySim;

/// <summary>What outlives a process of a host.</summary>
internal sealed record SimMachine(SimFolders Folders, NodeCatalog Catalog, SimStatistics Statistics, SimFaults Faults);

/// <summary>One life of a simulated ComfyUI process: everything that dies with it, and its web server.</summary>
internal sealed class SimProcess
{
    private readonly CancellationTokenSource death = new();
    private WebApplication? app;
    private Task loops = Task.CompletedTask;

    private SimProcess(SimOptions options, SimMachine machine)
    {
        (Options, Machine) = (options, machine);
        Hub = new(machine.Faults);
        Queue = new(() => Hub.Send("status", Status(), null));
        Memory = new(options, machine.Statistics);
        Cache = OutputCache.For(options);
        Worker = new(this);
    }

    public SimOptions Options { get; }

    public SimMachine Machine { get; }

    public SocketHub Hub { get; }

    public PromptQueue Queue { get; }

    public PromptHistory History { get; } = new();

    public Interrupts Interrupts { get; } = new();

    public VideoMemory Memory { get; }

    public OutputCache Cache { get; }

    public PromptWorker Worker { get; }

    public CancellationToken Death => death.Token;

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public static async Task<SimProcess> StartAsync(SimOptions options, int port, SimMachine machine, CancellationToken cancellationToken)
    {
        var process = new SimProcess(options, machine);
        process.app = SimServer.Build(process, port);
        try
        {
            await process.app.StartAsync(cancellationToken);
        }
        catch
        {
            await process.app.DisposeAsync();
            throw;
        }

        process.Url = new Uri(process.app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).TrimEnd('/') + "/");
        process.loops = Task.WhenAll(
            Task.Run(() => process.Hub.PublishAsync(process.Death), CancellationToken.None),
            Task.Run(() => process.Worker.RunAsync(process.Death), CancellationToken.None));
        return process;
    }

    public async Task KillAsync()
    {
        await death.CancelAsync();
        Hub.DropAll();
        if (app is not null)
        {
            // An already cancelled token makes Kestrel cut its connections instead of draining them.
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }

        // A node may be writing its file: whoever deletes the folder next must not be in its way.
        await loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public PyDict Status() => new() { ["status"] = new PyDict { ["exec_info"] = new PyDict { ["queue_remaining"] = Queue.Remaining } } };
}
