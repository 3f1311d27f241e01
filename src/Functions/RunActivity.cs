using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The activity of <see cref="RunOrchestrator"/>: carries a run forward to where it waits next.</summary>
public sealed class RunActivity(RunExecutor executor, DurableClientSource clients)
{
    [Function(nameof(RunActivity))]
    public Task<RunPause> AdvanceAsync([ActivityTrigger] RunAdvance advance, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return executor.AdvanceAsync(new(advance.Run), StoredJson.Read<RunEvent>(advance.Event), advance.Step, cancellationToken);
    }
}
