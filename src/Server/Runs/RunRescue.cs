using Microsoft.Extensions.Logging;

namespace ComfyFunc.Runs;

/// <summary>Finds runs that nobody drives: accepted by a process that died before it could hand them over, or past every deadline and still open.</summary>
public sealed partial class RunRescue(RunStore runs, IRunDriver driver, TimeProvider clock, ILogger<RunRescue> logger)
{
    // Any driver has taken a run's first step by then, and its last one this long after its last deadline.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await foreach (var run in runs.OpenRunsAsync(cancellationToken))
        {
            if (run.Step == 0 ? now - run.CreatedAt > Patience : now - run.Limits.FinishBy > Patience)
            {
                RunFoundIdle(run.Id);
                await driver.ResumeAsync(run.Id, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Run {RunId} seems to be driven by nobody; it is taken over.")]
    private partial void RunFoundIdle(RunId runId);
}
