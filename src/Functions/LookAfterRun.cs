using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The keepers' activity: looks whether somebody drives a run, and has it driven here if not.</summary>
public sealed class LookAfterRun(RunCare care, DurableClientSource clients)
{
    [Function(nameof(LookAfterRun))]
    public Task<RunPause> LookAsync([ActivityTrigger] RunLook look, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return care.LookAsync(look, cancellationToken);
    }
}
