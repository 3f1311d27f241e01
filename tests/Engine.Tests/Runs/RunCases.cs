using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>A run in each of its states, and each event that may come to it: of several attempts and hosts, with every flag.</summary>
internal static class RunCases
{
    private static readonly bool[] Either = [false, true];

    public static RunState[] States { get; } =
    [
        new Placing(First), new Placing(Second, 2, "x"),
        new Waiting(First), new Waiting(Second),
        new Executing(First, OnA, 0), new Executing(First, OnA, 2, Unanswered: 1), new Executing(First, OnA, 0, IsQueued: true),
        new Collecting(First, OnA), new Collecting(First, OnA, Unanswered: 1, WasStuck: true, Failures: 2, Trouble: "x"),
        new Leaving(First, OnA, 1), new Leaving(First, OnA, 3, IsBlocked: true),
        new Stopping(OnA, new Canceled(GpuWorkBegun: false), 1), new Stopping(OnA, new Expired(), 3),
        new Ended(new Succeeded()), new Ended(new Canceled(GpuWorkBegun: false)), new Ended(new Failed(Broken)),
    ];

    public static RunEvent[] Events { get; } =
    [
        .. from minute in new[] { 0, 5, 10, 20, 30, 40 }
        let at = Minute(minute)
        from e in Plain(at).Concat(OfHosts(at)).Concat(OfAttempts(at))
        select e,
    ];

    private static RunEvent[] Plain(DateTimeOffset at) =>
    [
        new Accepted(at), new NoSlot(at), new NoHost("none fits", at), new OnlyExcluded(at), new Poisoned("two died", null, at),
        new Unplaceable(at), new CancelRequested(at), new StepFailed("no storage", at), new DeadlinePassed(at),
    ];

    private static IEnumerable<RunEvent> OfHosts(DateTimeOffset at) =>
        from host in new[] { A, B, new("c") }
        from attempt in new[] { 1, 2, 3 }
        let lease = new Lease(host, Run, attempt)
        from flag in Either
        from e in new RunEvent[]
        {
            new Placed(lease, at, flag), new Poisoned("two died", lease, at), new PromptRefused(Refusal, lease, at),
            new RefusedHere(Refusal, lease, at), new HostFailed(lease, at), new Granted(lease, at),
            new HostLost(host, flag, at), new HostLost(host, flag, at, StillAnswers: true),
        }
        select e;

    private static IEnumerable<RunEvent> OfAttempts(DateTimeOffset at) =>
        from attempt in new[] { 1, 2, 3, 4, 5 }
        from flag in Either
        from e in new RunEvent[]
        {
            new StillThere(attempt, at, flag), new EndedThere(attempt, at), new NoAnswer(attempt, at, flag),
            new Gone(attempt, flag, at), new Gone(attempt, flag, at, HostStayed: true),
            new OutputsStored(attempt, at), new ExecutionFailed(attempt, Broken, at, flag), new Interrupted(attempt, at),
            new OutOfMemory(attempt, NoMemory, at), new OutputsMissing(attempt, "gone", at),
            new Begun(attempt, at), new Finished(attempt, at), new Stuck(attempt, at), new Blocked(attempt, at),
        }
        select e;
}
