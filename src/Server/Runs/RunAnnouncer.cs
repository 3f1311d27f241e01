using System.Collections.Concurrent;

namespace ComfyFunc.Runs;

/// <summary>Tells those in this process who wait for a run that its row has been written.</summary>
public sealed class RunAnnouncer
{
    private readonly ConcurrentDictionary<RunId, TaskCompletionSource<RunRecord>> waiting = new();

    public void Changed(RunRecord run)
    {
        if (run.Outcome is not null && waiting.TryRemove(run.Id, out var ended))
        {
            ended.TrySetResult(run);
        }
    }

    /// <summary>Completes when this process writes the run's final row. Ask before looking at the row, so that no end falls between.</summary>
    public Task<RunRecord> Ended(RunId id) =>
        waiting.GetOrAdd(id, _ => new TaskCompletionSource<RunRecord>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Forget(RunId id) => waiting.TryRemove(id, out _);
}
