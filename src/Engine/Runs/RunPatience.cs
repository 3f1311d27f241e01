using static ComfyFunc.Engine.Runs.RunState;

namespace ComfyFunc.Engine.Runs;

/// <summary>When a run looks again: after its host, for a slot, at what failed. Never later than at its finish deadline.</summary>
internal static class RunPatience
{
    // 1, 8, 64… times the first: few questions for a run of any length, because a durable timer is a durable action. A
    // question that got no answer is asked again soon; a prompt that has not begun is looked for at its start deadline.
    public static DateTimeOffset InspectAt(RunLimits limits, Executing s, DateTimeOffset now)
    {
        var inspections = s.Unanswered > 0 ? 0 : s.Inspections;
        var at = Earlier(now + (limits.FirstInspection * Math.Pow(8, Math.Min(inspections, 6))), limits.FinishBy);
        var start = StartBy(limits, s.Placement);
        return s.IsQueued && now < start ? Earlier(at, start) : at;
    }

    public static DateTimeOffset RetryAt(RunLimits limits, int failures, DateTimeOffset now)
    {
        var delay = limits.FirstRetry * Math.Pow(2, Math.Min(failures, 16));
        return Earlier(now + (delay < limits.LongestRetry ? delay : limits.LongestRetry), limits.FinishBy);
    }

    // Only a run that never began expires; one that lost its host has begun, and has until its finish deadline.
    public static DateTimeOffset StartBy(RunLimits limits, Placement placement) =>
        placement.WasStarted ? DateTimeOffset.MaxValue : limits.StartBy;

    public static DateTimeOffset WaitUntil(RunLimits limits, Placement placement) => Earlier(StartBy(limits, placement), limits.FinishBy);

    public static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
