using ComfyFunc.Runs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>Drives runs by Durable orchestrations, whose instance ids are the runs' ids.</summary>
public sealed partial class DurableDriver(DurableClientSource clients, ILogger<DurableDriver> logger) : IRunDriver
{
    public async Task StartAsync(RunId run, CancellationToken cancellationToken)
    {
        var client = await clients.GetAsync(cancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(RunOrchestrator), run.Value, new() { InstanceId = run.Value }, cancellationToken);
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
        await client.RaiseEventAsync(run.Value, RunOrchestrator.Signal, ServerJson.Write(signal), cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} was driven by nobody; it is taken over.")]
    private partial void RunTakenOver(RunId runId);
}
