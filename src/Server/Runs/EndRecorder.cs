using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>What a run leaves for those who look into it: its line in the log, and in its trace where its time went.</summary>
public sealed class EndRecorder(RunTraces traces, ILogger<RunExecutor> logger) : IRunObserver
{
    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        using var span = traces.Ended(run); // The line is of the run's own span.
        RunEndLog.Ended(logger, run);
        return Task.CompletedTask;
    }
}
