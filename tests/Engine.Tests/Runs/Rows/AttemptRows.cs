using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>How often a run goes on: what an attempt costs, and when it was the last.</summary>
internal static class AttemptRows
{
    private static readonly Placement Third = First with { Attempt = 3, Excluded = [B] };

    public static IEnumerable<Row> All => [.. Attempts, .. Suspects, .. Refusals];

    private static Row[] Attempts =>
    [
        new("A host that fails to take a prompt costs an attempt, and the next one goes elsewhere",
            new Placing(First, 2, "x"), new HostFailed(OnA, Start),
            new Placing(Fail(First, 2)), new Release(OnA), new Place(Fail(First, 2))),
        new("A run has its last attempt",
            new Placing(First with { Attempt = 2 }), new HostFailed(OnA, Start),
            new Placing(Fail(First, 3)), new Release(OnA), new Place(Fail(First, 3))),
        Ended("A run whose last attempt lost its host fails, and may be called again", Third, Start, HostLostTimes(3)),
        Ended("A run that lost its last host at its finish deadline says that it lost it", Third, FinishBy, HostLostTimes(3)),
        new("Attempts that cost nothing do not count",
            new Placing(First with { Attempt = 3, Free = 1 }), new HostFailed(OnA, Start),
            new Placing(Fail(First, 4) with { Free = 1 }), new Release(OnA), new Place(Fail(First, 4) with { Free = 1 })),
        Ended("Attempts that cost nothing are not told as lost hosts", Third with { Attempt = 5, Free = 2 }, Start, HostLostTimes(3)),
        new("A run may go on until just before its finish deadline",
            new Placing(First), new HostFailed(OnA, JustBefore(FinishBy)),
            new Placing(Fail(First, 2)), new Release(OnA), new Place(Fail(First, 2))),
        Ended("A run that loses its host at its finish deadline times out", First, FinishBy, TimedOut()),
        new("A host that failed a run twice is named once",
            new Placing(Second), new HostFailed(OnA, Start),
            new Placing(Second with { Attempt = 3 }), new Release(OnA), new Place(Second with { Attempt = 3 })),
        new("A second attempt of a row that does not say whether it had begun counts as begun ever after",
            new Placing(new Placement { Attempt = 2 }), new HostFailed(OnA, Start),
            new Placing(Fail(First, 3) with { HasBegun = true }), new Release(OnA), new Place(Fail(First, 3) with { HasBegun = true })),
    ];

    private static Row[] Suspects =>
    [
        new("A run under which its second host dies is taken for the cause",
            new Executing(Second, OnB, 0), new HostLost(B, WasExecuting: true, Start),
            new Ended(Poison), new Publish(Poison), new Release(OnB)),
        new("A run that is taken for the cause is taken off a host that answers",
            new Executing(Second, OnB, 0), new HostLost(B, WasExecuting: true, Start, StillAnswers: true),
            new Ended(Poison), new Publish(Poison), new Abandon(OnB), new Release(OnB)),
        new("A run is taken for the cause even on its last attempt and at its finish deadline",
            new Executing(Third with { Suspects = 1 }, OnA, 0), new HostLost(A, WasExecuting: true, FinishBy),
            new Ended(Poison), new Publish(Poison), new Release(OnA)),
        new("A host that dies under another's prompt is not counted, and the one before is remembered",
            new Executing(Second, OnB, 0), new HostLost(B, WasExecuting: false, Start),
            new Placing(Second with { Attempt = 3, Excluded = [A, B] }),
            new Release(OnB), new Place(Second with { Attempt = 3, Excluded = [A, B] })),
        new("A host that dies under a prompt that was thought to wait there counts, and the run has begun",
            new Executing(First, OnA, 0, IsQueued: true), new HostLost(A, WasExecuting: true, Start),
            new Placing(Second), new Release(OnA), new Place(Second)),
    ];

    private static Row[] Refusals =>
    [
        new("A host that will not take the prompt as it is costs nothing, and is not asked again",
            new Placing(First, 2, "x"), new RefusedHere(Refusal, OnA, Start),
            new Placing(Refused), new Release(OnA), new Place(Refused)),
        new("What the first host said is what counts",
            new Placing(Refused), new RefusedHere(Broken, OnB, Start),
            new Placing(Refused with { Attempt = 3, Free = 2, Refused = [A, B] }),
            new Release(OnB), new Place(Refused with { Attempt = 3, Free = 2, Refused = [A, B] })),
        new("A run that was refused as often as is free is charged from then on",
            new Placing(Refused with { Attempt = 3, Free = 2 }), new RefusedHere(Broken, OnB, Start),
            new Placing(Refused with { Attempt = 4, Free = 2, Refused = [A, B] }),
            new Release(OnB), new Place(Refused with { Attempt = 4, Free = 2, Refused = [A, B] })),
        new("A run that was refused on its last attempt fails with what the first host said",
            new Placing(Refused with { Attempt = 5, Free = 2 }), new RefusedHere(Broken, OnB, Start),
            new Ended(new Failed(Refusal)), new Publish(new Failed(Refusal)), new Release(OnB)),
        new("A run that is refused at its finish deadline times out",
            new Placing(First), new RefusedHere(Refusal, OnA, FinishBy),
            new Ended(TimedOut()), new Publish(TimedOut()), new Release(OnA)),
    ];

    private static readonly RunOutcome Poison =
        new Failed(new(FaultCode.PoisonWorkflow, "2 hosts were lost while they executed this run."));

    private static readonly Placement Refused = First with { Attempt = 2, Free = 1, Refused = [A], Refusal = Refusal };

    private static Placement Fail(Placement placement, int next) => placement with { Attempt = next, Excluded = [A] };

    private static Row Ended(string rule, Placement placement, DateTimeOffset at, RunOutcome outcome) =>
        new(rule, new Placing(placement), new HostFailed(OnA, at), new Ended(outcome), new Publish(outcome), new Release(OnA));
}
