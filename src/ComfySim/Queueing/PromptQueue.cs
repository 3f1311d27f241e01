
namespace ComfyFunc.ComfySim.Queueing;

/// <summary>The prompts that wait and the one that runs, with the wake-up that the worker sleeps on.</summary>
internal sealed class PromptQueue(Action announceStatus)
{
    private readonly Lock gate = new();
    private readonly PromptHeap pending = new();
    private readonly List<PromptItem> running = [];
    private readonly SemaphoreSlim wake = new(0);

    public int Remaining
    {
        get
        {
            lock (gate)
            {
                return running.Count + pending.Items.Count;
            }
        }
    }

    public (PromptItem[] Running, PromptItem[] Pending) Snapshot()
    {
        lock (gate)
        {
            return ([.. running], [.. pending.Items]);
        }
    }

    public void Put(PromptItem item)
    {
        lock (gate)
        {
            pending.Push(item);
        }

        announceStatus();
        wake.Release();
    }

    public bool Delete(object? promptId)
    {
        lock (gate)
        {
            if (!pending.RemoveFirst(promptId))
            {
                return false;
            }
        }

        announceStatus();
        return true;
    }

    public void Clear()
    {
        lock (gate)
        {
            pending.Clear();
        }

        announceStatus();
    }

    public bool IsRunning(object? promptId)
    {
        lock (gate)
        {
            return running.Exists(i => Python.Py.Equals(i.PromptId, promptId));
        }
    }

    /// <summary>Does something to a prompt while it holds the worker, and nothing once it does not.</summary>
    public bool IfRunning(string promptId, Action act)
    {
        lock (gate)
        {
            if (!running.Exists(i => i.PromptId == promptId))
            {
                return false;
            }

            act();
            return true;
        }
    }

    /// <summary>Wakes the worker although nothing was queued, so that it looks at its other orders.</summary>
    public void Nudge() => wake.Release();

    public Task WaitAsync(CancellationToken cancellationToken) => wake.WaitAsync(cancellationToken);

    /// <returns>The lowest item, now running; or null when nothing waits.</returns>
    public PromptItem? TryStart()
    {
        PromptItem item;
        lock (gate)
        {
            if (pending.Items.Count == 0)
            {
                return null;
            }

            item = pending.Pop();
            running.Add(item.Frozen());
        }

        announceStatus();
        return item;
    }

    /// <summary>Ends what runs; nobody sees the queue without it before it is recorded, as in ComfyUI's <c>task_done</c>.</summary>
    /// <param name="record">Is given the running copy of the item, as it was when it started.</param>
    public void Finish(Action<PromptItem> record)
    {
        lock (gate)
        {
            record(running[0]);
            running.RemoveAt(0);
        }
    }

    public void AnnounceStatus() => announceStatus();
}
