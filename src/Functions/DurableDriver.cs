using ComfyFunc.Runs;
using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>Drives runs by Durable orchestrations, whose instance ids are the runs' ids.</summary>
public sealed partial class DurableDriver(DurableClientSource clients, ILogger<DurableDriver> logger) : IRunDriver
{
    // The dispatcher and the listeners wait for it, and with them every other run.
    private static readonly TimeSpan SignalPatience = TimeSpan.FromSeconds(20);

    public async Task StartAsync(RunId run, CancellationToken cancellationToken)
    {
        var client = await clients.GetAsync(cancellationToken);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunOrchestrator), run.Value, new() { InstanceId = run.Value }, cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            NotStarted(run, e); // The run's row is written: the rescue takes it over.
        }
    }

    public async Task ResumeAsync(RunId run, CancellationToken cancellationToken)
    {
        var client = await clients.GetAsync(cancellationToken);
        if (await client.GetInstanceAsync(run.Value, getInputsAndOutputs: false, cancellationToken) is null or { IsCompleted: true })
        {
            RunTakenOver(run);
            await StartAsync(run, cancellationToken);
        }
    }

    public async Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
    {
        var client = await clients.GetAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(SignalPatience);
        try
        {
            await client.RaiseEventAsync(run.Value, RunOrchestrator.Signal, ServerJson.Write(signal), patience.Token);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotSignaled(run, e); // Any signal may be lost: the run's next deadline finds out for itself.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} was driven by nobody; it is taken over.")]
    private partial void RunTakenOver(RunId runId);

    [LoggerMessage(LogLevel.Warning, "The durable runtime did not start run {RunId}; it will be taken over.")]
    private partial void NotStarted(RunId runId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The durable runtime did not take a signal to run {RunId}; its next deadline makes up for it.")]
    private partial void NotSignaled(RunId runId, Exception exception);
}
