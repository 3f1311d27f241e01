namespace ComfyFunc.Server.Pool;

/// <summary>
/// Says that nobody gets a slot. It lies among the rows of waiting runs, as the last of them, so that whoever looks at the queue sees it
/// without asking for it.
/// </summary>
internal sealed record QueuePause(DateTimeOffset At)
{
    /// <summary>Behind the id of every run.</summary>
    public const string Row = "~paused";
}
