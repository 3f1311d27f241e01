using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>Drives runs by Durable orchestrations, whose instance ids are the runs' ids.</summary>
/// <param name="executor">Made late: what it is made of wakes runs through this driver.</param>
public sealed partial class DurableDriver(DurableClientSource clients, Lazy<RunExecutor> executor, ILogger<DurableDriver> logger)
    : IRunDriver
{
    // The dispatcher and the listeners wait for it, and with them every other run.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private long signals;

    public long Signals => Interlocked.Read(ref signals);

    public bool IsReady => clients.Current is not null;

    public bool DrivesHere => false;

    /// <summary>A run that could not be handed over is found by the rescue: its row is written.</summary>
    public Task StartAsync(RunId run, CancellationToken cancellationToken) => TryAsync(
        run, (client, ct) => client.ScheduleNewOrchestrationInstanceAsync(nameof(RunOrchestrator), run.Value,
            new() { InstanceId = run.Value }, ct), cancellationToken);

    public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => TryAsync(
        run,
        async (client, ct) =>
        {
            if (await client.GetInstanceAsync(run.Value, getInputsAndOutputs: false, ct) is null or { IsCompleted: true })
            {
                RunTakenOver(run);
                await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunOrchestrator), run.Value,
                    new() { InstanceId = run.Value }, ct);
            }
        },
        cancellationToken);

    /// <summary>Any signal may be lost: whoever finds its run unmoved takes it over.</summary>
    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref signals);
        return TryAsync(run,
            (client, ct) => client.RaiseEventAsync(run.Value, RunOrchestrator.Signal, StoredJson.Write(signal), ct), cancellationToken);
    }

    /// <summary>
    /// The activity of a process that died runs again only when its message becomes visible, a minute later; a caller does not wait for
    /// that.
    /// </summary>
    public async Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken)
    {
        await executor.Value.AdvanceAsync(run, news, step: 0, cancellationToken);
        await SignalAsync(run, news, cancellationToken); // The orchestration learns where its run stands now.
    }

    /// <summary>Purges the orchestration's history. One whose last step is just ending is waited for.</summary>
    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => TryAsync(
        run,
        async (client, ct) =>
        {
            if (await client.GetInstanceAsync(run.Value, getInputsAndOutputs: false, ct) is { IsCompleted: false })
            {
                await client.WaitForInstanceCompletionAsync(run.Value, ct);
            }

            await client.PurgeInstanceAsync(run.Value, ct);
        },
        cancellationToken);

    public async Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        if (clients.Current is { } client)
        {
            await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: time, Statuses: Ended), cancellationToken);
        }
    }

    private async Task TryAsync(RunId run, Func<DurableTaskClient, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        if (clients.Current is not { } client)
        {
            NoClient(run);
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await act(client, patience.Token);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotCarriedOut(run, e);
        }
    }

    [LoggerMessage(EventIds.DurableDriverRunTakenOver, LogLevel.Warning, "Run {RunId} was driven by nobody; it is taken over.")]
    private partial void RunTakenOver(RunId runId);

    [LoggerMessage(EventIds.NoClient, LogLevel.Warning,
        "This process has had no Durable client yet; what it had for run {RunId} is made up for by another.")]
    private partial void NoClient(RunId runId);

    [LoggerMessage(EventIds.NotCarriedOut, LogLevel.Warning,
        "The durable runtime did not take what concerns run {RunId}; it is made up for later.")]
    private partial void NotCarriedOut(RunId runId, Exception exception);
}
