using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>Tells those in this process who wait for a run that it has ended. Who waits no longer leaves nothing behind.</summary>
public sealed class RunAnnouncer : IRunObserver
{
    private readonly Dictionary<RunId, Entry> waiting = [];

    /// <summary>The runs that somebody waits for.</summary>
    public RunId[] Waited
    {
        get
        {
            lock (waiting)
            {
                return [.. waiting.Keys];
            }
        }
    }

    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        Ended(run);
        return Task.CompletedTask;
    }

    /// <summary>The run's final row is written, here or elsewhere.</summary>
    public void Ended(RunRecord run)
    {
        lock (waiting)
        {
            if (waiting.TryGetValue(run.Id, out var entry))
            {
                entry.End.TrySetResult(run);
            }
        }
    }

    /// <summary>Begins to wait. To be asked for before looking at the row, so that no end falls between.</summary>
    public Wait Await(RunId id)
    {
        lock (waiting)
        {
            if (!waiting.TryGetValue(id, out var entry))
            {
                waiting[id] = entry = new();
            }

            entry.Users++;
            return new(this, id, entry.End.Task);
        }
    }

    private void Leave(RunId id)
    {
        lock (waiting)
        {
            if (waiting.TryGetValue(id, out var entry) && --entry.Users == 0)
            {
                waiting.Remove(id);
            }
        }
    }

    private sealed class Entry
    {
        public TaskCompletionSource<RunRecord> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Users { get; set; }
    }

    /// <summary>One who waits, until it is disposed of.</summary>
    public sealed class Wait(RunAnnouncer announcer, RunId id, Task<RunRecord> ended) : IDisposable
    {
        /// <summary>Completes with the run's final row.</summary>
        public Task<RunRecord> Ended => ended;

        public void Dispose() => announcer.Leave(id);
    }
}
