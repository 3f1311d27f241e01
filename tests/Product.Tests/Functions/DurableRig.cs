using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ComfyFunc.ComfySim;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;
using ComfyFunc.Tests.Wire;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Testing;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using HostOptions = ComfyFunc.Server.Settings.HostOptions;

namespace ComfyFunc.Tests.Functions;

/// <summary>
/// The Functions app without the Functions host: its keepers, their activity and its driver on the real durable engine, over storage in
/// memory and simulated hosts behind real sockets.
/// </summary>
internal sealed class DurableRig : IAsyncDisposable
{
    private readonly IHost app;
    private readonly GrpcChannel line;
    private readonly HistoryTap tap = new();
    private readonly ConcurrentQueue<RunLook> looks = [];

    private DurableRig(ImmutableArray<SimulatedHost> hosts, int slots)
    {
        Hosts = hosts;
        var port = FreePort.Next();
        line = GrpcChannel.ForAddress($"http://localhost:{port}");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMemoryStorage();
        builder.Services.AddSingleton(
            new ComfyFuncOptions { Hosts = [.. hosts.Select(h => new HostOptions { Id = h.Name, Url = h.Url, Slots = slots })] });
        builder.Services.AddSingleton<DurableClientSource>().AddSingleton<LookAfterRun>().AddSingleton<DurableHub>();
        builder.Services.AddSingleton<IRunDriver, DurableDriver>();
        builder.Services.AddSingleton(s => new RunKeepers(
            s.GetRequiredService<RunLoops>(), s.GetRequiredService<DurableHub>(), new Hasty(), NullLogger<RunKeepers>.Instance));
        builder.Services.AddInMemoryDurableTask(Register, new() { Port = port });
        builder.Services.Configure<GrpcDurableTaskWorkerOptions>(worker =>
        {
            worker.CallInvoker = line.Intercept(tap);
            worker.DataConverter = new JsonDataConverter(Stored.Orchestrated);
        });
        builder.Services.Configure<GrpcDurableTaskClientOptions>(
            client => client.DataConverter = new JsonDataConverter(Stored.Orchestrated));
        builder.Services.AddComfyFunc(new ConfigurationBuilder().Build());
        app = builder.Build();
    }

    public ImmutableArray<SimulatedHost> Hosts { get; }

    /// <summary>What becomes of a look after a run, in place of looking.</summary>
    public Func<Func<Task<RunPause>>, Task<RunPause>> Look { get; set; } = look => look();

    /// <summary>The looks so far, those that failed too.</summary>
    public ImmutableArray<RunLook> Looks => [.. looks];

    /// <summary>In haste: every run takes long.</summary>
    public RunKeepers Keepers => Get<RunKeepers>();

    public DurableTaskClient Client => app.Services.GetRequiredService<DurableTaskClient>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<DurableRig> StartAsync(int hosts = 1, int slots = 2)
    {
        var simulated = ImmutableArray.CreateBuilder<SimulatedHost>();
        for (var i = 0; i < hosts; i++)
        {
            simulated.Add(await SimulatedHost.StartAsync(new() { Name = $"gpu{i}" }, Cancellation));
        }

        var rig = new DurableRig(simulated.ToImmutable(), slots);
        rig.Get<DurableClientSource>().Offer(rig.Client);
        await rig.app.StartAsync(Cancellation);
        return rig;
    }

    /// <summary>A client of a runtime that is away.</summary>
    public static GrpcDurableTaskClient DeafClient() => ClientOf(FreePort.Next());

    public static GrpcDurableTaskClient ClientOf(int port) =>
        new("deaf", new GrpcDurableTaskClientOptions { Address = $"http://localhost:{port}" }, NullLogger.Instance);

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public async Task SaveAsync(string workflow, string prompt)
    {
        var reply = await Get<WorkflowSaving>().SaveAsync(workflow, SavedDocument.Read(JsonElement.Parse(prompt)).Document!, new(), Cancellation);
        Assert.IsType<SaveReply.Saved>(reply);
    }

    /// <summary>Takes a call and starts its run, as the endpoint does.</summary>
    public async Task<RunId> CallAsync(string workflow, string body = "{}")
    {
        var run = await AcceptAsync(workflow, body);
        await Get<IRunDriver>().StartAsync(run, Cancellation);
        return run;
    }

    /// <summary>Takes a call; then its process dies.</summary>
    public async Task<RunId> AcceptAsync(string workflow, string body = "{}")
    {
        var reply = await Get<RunIntake>().AcceptAsync(new(workflow) { Body = Encoding.UTF8.GetBytes(body) }, Cancellation);
        return Assert.IsType<IntakeReply.Accepted>(reply).Run.Id;
    }

    /// <summary>Asks that a run be canceled, as the endpoint does.</summary>
    public async Task CancelAsync(RunId run)
    {
        await Get<RunStore>().ChangeAsync(run, r => r.WithCancelRequested(DateTimeOffset.UtcNow), Cancellation);
        await Get<IRunDriver>().SignalAsync(run, new RunEvent.CancelRequested(DateTimeOffset.UtcNow), Cancellation);
    }

    /// <returns>The run's row after it has ended.</returns>
    public async Task<RunRecord> EndAsync(RunId run)
    {
        await UntilAsync<RunState.Ended>(run, _ => true);
        return (await FindAsync(run))!; // It was accepted.
    }

    /// <summary>Waits until the run's keeper is done.</summary>
    public async Task<DurableHistory> KeptAsync(RunId run)
    {
        var end = await Client.WaitForInstanceCompletionAsync(run.Value, getInputsAndOutputs: true, Cancellation);
        Assert.True(end.RuntimeStatus is OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}");
        return tap.Of(run.Value);
    }

    /// <summary>Waits until the run's row is in a state.</summary>
    public Task UntilAsync<TState>(RunId run, Func<TState, bool> isAsWanted) where TState : RunState =>
        Eventually.SeesAsync(() => FindAsync(run), r => r?.State is TState state && isAsWanted(state));

    public Task<RunRecord?> FindAsync(RunId run) => Get<RunStore>().FindAsync(run, Cancellation);

    /// <summary>Whether the durable runtime knows anything of the run.</summary>
    public async Task<bool> HasKeeperAsync(RunId run) => await Client.GetInstanceAsync(run.Value, Cancellation) is not null;

    /// <summary>What the run's keeper was started with.</summary>
    public async Task<KeptRun?> KeptRunAsync(RunId run) =>
        (await Client.GetInstanceAsync(run.Value, getInputsAndOutputs: true, Cancellation))?.ReadInputAs<KeptRun>();

    /// <summary>How many slots are lent.</summary>
    public async Task<int> LeasesAsync() => (await Get<HostStore>().RefreshAsync(Cancellation)).Sum(h => h.Leases.Length);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)app).DisposeAsync();
        line.Dispose();
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }
    }

    private void Register(DurableTaskRegistry tasks)
    {
        tasks.AddOrchestratorFunc<KeptRun, object?>(nameof(RunKeeper), async (context, _) =>
        {
            await RunKeeper.RunAsync(context);
            return null;
        });
        tasks.AddActivityFunc<RunLook, RunPause>(nameof(LookAfterRun), (_, look) =>
        {
            looks.Enqueue(look);
            return Look(() => Get<LookAfterRun>().LookAsync(look, Client, CancellationToken.None));
        });
    }

    // To whom all have been driven for long.
    private sealed class Hasty : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + RunKeepers.Patience;
    }
}
