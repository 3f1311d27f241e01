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
using HostOptions = ComfyFunc.Server.Settings.HostOptions;

namespace ComfyFunc.Tests.Functions;

/// <summary>
/// The Functions app without the Functions host: its orchestrator, activity and driver on the real durable engine, over storage in memory
/// and simulated hosts behind real sockets.
/// </summary>
internal sealed class DurableRig : IAsyncDisposable
{
    private readonly IHost app;
    private readonly GrpcChannel line;
    private readonly HistoryTap tap = new();
    private TaskCompletionSource stepped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DurableRig(ImmutableArray<SimulatedHost> hosts, int slots)
    {
        Hosts = hosts;
        var port = FreePort.Next();
        line = GrpcChannel.ForAddress($"http://localhost:{port}");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMemoryStorage();
        builder.Services.AddSingleton(
            new ComfyFuncOptions { Hosts = [.. hosts.Select(h => new HostOptions { Id = h.Name, Url = h.Url, Slots = slots })] });
        builder.Services.AddSingleton<DurableClientSource>().AddSingleton<RunActivity>();
        builder.Services.AddSingleton<DurableDriver>();
        builder.Services.AddSingleton<IRunDriver>(s => new Deafened(s.GetRequiredService<DurableDriver>(), this));
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

    /// <summary>What becomes of a step of a run, in place of carrying it out.</summary>
    public Func<RunAdvance, Func<Task<RunPause>>, Task<RunPause>> Step { get; set; } = (_, carryOut) => carryOut();

    /// <summary>Whether signals are lost on their way.</summary>
    public bool LosesSignals { get; set; }

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

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public async Task SaveAsync(string workflow, string prompt)
    {
        var reply = await Get<WorkflowSaving>().SaveAsync(workflow, SavedDocument.Read(JsonElement.Parse(prompt)).Document!, new(), Cancellation);
        Assert.IsType<SaveReply.Saved>(reply);
    }

    /// <summary>Takes a call and starts its run, as the endpoint does.</summary>
    public async Task<RunId> CallAsync(string workflow, string body = "{}", Func<RunLimits, RunLimits>? limits = null)
    {
        var reply = await Get<RunIntake>().AcceptAsync(new(workflow) { Body = Encoding.UTF8.GetBytes(body) }, Cancellation);
        var run = Assert.IsType<IntakeReply.Accepted>(reply).Run.Id;
        await Get<RunStore>().ChangeAsync(run, r => r with { Limits = limits?.Invoke(r.Limits) ?? r.Limits }, Cancellation);
        await Get<IRunDriver>().StartAsync(run, Cancellation);
        return run;
    }

    /// <summary>Asks that a run be canceled, as the endpoint does.</summary>
    public async Task CancelAsync(RunId run)
    {
        await Get<RunStore>().ChangeAsync(run, r => r.WithCancelRequested(DateTimeOffset.UtcNow), Cancellation);
        await Get<IRunDriver>().SignalAsync(run, new RunEvent.CancelRequested(DateTimeOffset.UtcNow), Cancellation);
    }

    /// <returns>The run's row after its orchestration has ended.</returns>
    public async Task<RunRecord> EndAsync(RunId run)
    {
        var end = await Client.WaitForInstanceCompletionAsync(run.Value, getInputsAndOutputs: true, Cancellation);
        Assert.True(end.RuntimeStatus is OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}");
        return (await FindAsync(run))!; // It was accepted.
    }

    /// <summary>Waits until some step has left a run in a state.</summary>
    public async Task<TState> UntilAsync<TState>(RunId run, Func<TState, bool> isAsWanted) where TState : RunState
    {
        while (true)
        {
            var next = stepped.Task;
            if ((await FindAsync(run))?.State is TState state && isAsWanted(state))
            {
                return state;
            }

            await next.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        }
    }

    public Task<RunRecord?> FindAsync(RunId run) => Get<RunStore>().FindAsync(run, Cancellation);

    public DurableHistory HistoryOf(RunId run) => tap.Of(run.Value);

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
        tasks.AddOrchestratorFunc<string, object?>(nameof(RunOrchestrator), async (context, _) =>
        {
            await RunOrchestrator.RunAsync(context);
            return null;
        });
        tasks.AddActivityFunc<RunAdvance, RunPause>(nameof(RunActivity), async (_, advance) =>
        {
            var pause = await Step(advance, () => Get<RunActivity>().AdvanceAsync(advance, Client, CancellationToken.None));
            Interlocked.Exchange(ref stepped, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return pause;
        });
    }

    private sealed class Deafened(DurableDriver driver, DurableRig rig) : IRunDriver
    {
        public bool DrivesHere => driver.DrivesHere;

        public bool IsReady => driver.IsReady;

        public long Signals => driver.Signals;

        public Task StartAsync(RunId run, CancellationToken cancellationToken) => driver.StartAsync(run, cancellationToken);

        public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => driver.ResumeAsync(run, cancellationToken);

        public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken) =>
            rig.LosesSignals ? Task.CompletedTask : driver.SignalAsync(run, signal, cancellationToken);

        public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) =>
            driver.TakeOverAsync(run, news, cancellationToken);

        public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => driver.ForgetAsync(run, cancellationToken);

        public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
            driver.ForgetBeforeAsync(time, cancellationToken);
    }
}
