using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;
using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>The keepers of runs in the durable runtime: their instance ids are the runs' ids.</summary>
public sealed partial class DurableHub(DurableClientSource clients, ILogger<DurableHub> logger)
{
    // Whoever asks has others to see to as well.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly OrchestrationRuntimeStatus[] Over =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Whether this process has a client; one may never come.</summary>
    public bool IsReady => clients.Current is not null;

    /// <returns>Whether the run has a keeper now.</returns>
    public Task<bool> KeepAsync(KeptRun run, CancellationToken cancellationToken) => TryAsync(
        new(run.Run),
        async (client, ct) =>
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunKeeper), run, new() { InstanceId = run.Run }, ct);
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.AlreadyExists)
            {
                // Another process has driven it for a while, too.
            }
        },
        cancellationToken);

    /// <summary>Tells a run's keeper news, which is lost where there is none.</summary>
    /// <returns>Whether it is told.</returns>
    public Task<bool> TellAsync(RunId run, string news, CancellationToken cancellationToken) =>
        TryAsync(run, (client, ct) => client.RaiseEventAsync(run.Value, RunKeeper.News, news, ct), cancellationToken);

    /// <summary>Whether an orchestration sees to a run. Where nobody can tell, one may.</summary>
    public async Task<bool> IsKeptAsync(RunId run, CancellationToken cancellationToken)
    {
        var isKept = true;
        await TryAsync(run,
            async (client, ct) => isKept =
                await client.GetInstanceAsync(run.Value, getInputsAndOutputs: false, ct) is { IsCompleted: false },
            cancellationToken);
        return isKept;
    }

    /// <summary>Purges what the runtime has of a run that has ended.</summary>
    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => TryAsync(
        run,
        async (client, ct) =>
        {
            if (await client.GetInstanceAsync(run.Value, getInputsAndOutputs: false, ct) is not { } keeper)
            {
                return;
            }

            if (!keeper.IsCompleted)
            {
                await client.TerminateInstanceAsync(run.Value, cancellation: ct);
                await client.WaitForInstanceCompletionAsync(run.Value, ct);
            }

            await client.PurgeInstanceAsync(run.Value, ct);
        },
        cancellationToken);

    /// <summary>Purges what is over and was created before a time.</summary>
    public async Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        if (clients.Current is { } client)
        {
            await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: time, Statuses: Over), cancellationToken);
        }
    }

    private async Task<bool> TryAsync(RunId run, Func<DurableTaskClient, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        if (clients.Current is not { } client)
        {
            NoClient(run);
            return false;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CallPatience.Bound(Patience));
        using var wait = CallPatience.Current?.Waiting();
        try
        {
            await act(client, patience.Token);
            return true;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotCarriedOut(run, e);
            return false;
        }
    }

    [LoggerMessage(EventIds.NoClient, LogLevel.Warning,
        "This process has had no Durable client yet; what it had for run {RunId} is made up for by another.")]
    private partial void NoClient(RunId runId);

    [LoggerMessage(EventIds.NotCarriedOut, LogLevel.Warning,
        "The durable runtime did not take what concerns run {RunId}; it is made up for later.")]
    private partial void NotCarriedOut(RunId runId, Exception exception);
}
