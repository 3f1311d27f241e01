namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>The moment of a kill: when so many requests of all clients have been answered.</summary>
internal sealed class KillMoment(int answers)
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;

    public Task Reached => reached.Task;

    /// <summary>From then on a request may fail: whether it was carried out, nobody knows.</summary>
    public bool HasCome => reached.Task.IsCompleted;

    public int Answers => Volatile.Read(ref count);

    public void Answered()
    {
        if (Interlocked.Increment(ref count) == answers)
        {
            reached.SetResult();
        }
    }
}
