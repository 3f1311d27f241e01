using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run whose prompt a host has taken.</summary>
internal static class ExecutingRows
{
    private static readonly Placement Begun = First with { HasBegun = true };
    private static readonly Placement Unbegun = First with { Attempt = 2, Excluded = [A] };
    private static readonly Executing Runs = new(First, OnA, 0);
    private static readonly Executing Queued = new(First, OnA, 0, IsQueued: true);
    private static readonly RunLimits Patient = Limits with { FirstInspection = TimeSpan.FromSeconds(1), FinishBy = Start.AddDays(30) };

    public static IEnumerable<Row> All => [.. Moving, .. Asked, .. Lost, .. TakenOff, .. Stopped];

    private static Row[] Moving =>
    [
        new("A prompt that begins no longer has a start deadline",
            Queued, new Begun(1, Minute(9.5)),
            Runs, new Await(Minute(10.5))),
        new("News that an earlier attempt began changes nothing",
            Queued, new Begun(2, Start),
            Queued, new Await(Minute(1))),
        new("A prompt that has ended is collected, and has begun",
            Queued, new Finished(1, Start),
            new Collecting(Begun, OnA), new Collect(OnA)),
        new("News that an earlier attempt has ended changes nothing",
            Runs, new Finished(2, Start),
            Runs, new Await(Minute(1))),
        new("A prompt that its host says has ended is collected, and has begun",
            Queued, new EndedThere(1, Start),
            new Collecting(Begun, OnA), new Collect(OnA)),
        new("A slot that is granted to a run which holds another is given back",
            Runs, new Granted(OnB, Start),
            Runs, new Release(OnB), new Await(Minute(1))),
        new("A slot that is granted twice is not given back",
            Runs, new Granted(OnA, Start),
            Runs, new Await(Minute(1))),
    ];

    private static Row[] Asked =>
    [
        new("A run of which nothing is heard asks its host",
            Runs, new DeadlinePassed(JustBefore(FinishBy)),
            Runs, new Inspect(OnA)),
        new("The second question comes eight times later than the first",
            Runs with { Unanswered = 1 }, new StillThere(1, Start),
            Runs with { Inspections = 1 }, new Await(Minute(8))),
        new("The third question comes eight times later than the second",
            Runs with { Inspections = 1 }, new StillThere(1, Start),
            Runs with { Inspections = 2 }, new Await(Start.AddSeconds(64))) { Limits = Patient },
        new("The questions come no farther apart than 8^6 times the first",
            Runs with { Inspections = 7 }, new StillThere(1, Start),
            Runs with { Inspections = 8 }, new Await(Start.AddSeconds(262_144))) { Limits = Patient },
        new("A host that answers that the prompt executes says that it has begun",
            Queued, new StillThere(1, StartBy),
            Runs with { Inspections = 1 }, new Await(Minute(18))),
        new("A prompt that still waits on its host is looked for at its start deadline",
            Queued, new StillThere(1, Minute(5), IsQueued: true),
            Queued with { Inspections = 1 }, new Await(StartBy)),
        new("A prompt that still waits on its host at its start deadline is taken off, and its run expires",
            Queued, new StillThere(1, StartBy, IsQueued: true),
            new Stopping(OnA, new Expired(), 1), new StopPrompt(OnA)),
        new("A prompt of a run that began before may wait on its host beyond the start deadline",
            Queued with { Placement = Begun }, new StillThere(1, StartBy, IsQueued: true),
            Queued with { Placement = Begun, Inspections = 1 }, new Await(Minute(18))),
        new("A prompt that has begun does not go back to its host's queue",
            Runs, new StillThere(1, StartBy, IsQueued: true),
            Runs with { Inspections = 1 }, new Await(Minute(18))),
        new("A host that is silent once is asked again soon",
            Runs with { Inspections = 2 }, new NoAnswer(1, Start, WasExecuting: true),
            Runs with { Inspections = 3, Unanswered = 1 }, new Await(Minute(1))),
        new("A silent host that last said the prompt executes has begun it",
            Queued, new NoAnswer(1, Start, WasExecuting: true),
            Runs with { Inspections = 1, Unanswered = 1 }, new Await(Minute(1))),
        new("A silent host that last said the prompt waits has not begun it",
            Queued, new NoAnswer(1, Start),
            Queued with { Inspections = 1, Unanswered = 1 }, new Await(Minute(1))),
        new("A question that the façade could not ask is asked after the longest pause",
            Runs, new StepFailed("no storage", Start),
            Runs, new Await(Start.AddSeconds(30))),
        new("A question that the façade could not ask is asked no later than at the finish deadline",
            Runs, new StepFailed("no storage", FinishBy.AddSeconds(-2)),
            Runs, new Await(FinishBy)),
    ];

    private static Row[] Lost =>
    [
        new("A host that is silent twice in a row is lost",
            Runs with { Unanswered = 1 }, new NoAnswer(1, Start),
            new Placing(Second with { Suspects = 0 }), new Release(OnA), new Place(Second with { Suspects = 0 })),
        new("A host that is silent twice in a row while it executes counts as taken down",
            Queued with { Unanswered = 1 }, new NoAnswer(1, Start, WasExecuting: true),
            new Placing(Second), new Release(OnA), new Place(Second)),
        new("A host that is lost while it executes the prompt counts as taken down",
            Runs, new HostLost(A, WasExecuting: true, Start),
            new Placing(Second), new Release(OnA), new Place(Second)),
        new("A host that is lost while the prompt waits on it does not count, and the run has not begun",
            Queued, new HostLost(A, WasExecuting: false, Start),
            new Placing(Unbegun), new Release(OnA), new Place(Unbegun)),
        new("A host that is given up while it answers is rid of the prompt",
            Runs, new HostLost(A, WasExecuting: true, Start, StillAnswers: true),
            new Placing(Second), new Abandon(OnA), new Release(OnA), new Place(Second)),
        new("The loss of another host changes nothing",
            Runs, new HostLost(B, WasExecuting: true, Start),
            Runs, new Await(Minute(1))),
        new("A prompt that a restarted host no longer knows is placed elsewhere",
            Queued, new Gone(1, WasExecuting: false, Start),
            new Placing(Unbegun), new Release(OnA), new Place(Unbegun)),
        new("A prompt that was lost with its host's process counts as one that took it down",
            Queued, new Gone(1, WasExecuting: true, Start),
            new Placing(Second), new Release(OnA), new Place(Second)),
    ];

    private static Row[] TakenOff =>
    [
        new("A queue that somebody cleared costs nothing, and the run may go to the same host",
            Queued, new Gone(1, WasExecuting: false, Start, HostStayed: true),
            new Placing(Free(First)), new Release(OnA), new Place(Free(First))),
        new("A prompt that somebody removed while it executed has begun",
            Queued, new Gone(1, WasExecuting: true, Start, HostStayed: true),
            new Placing(Free(Begun)), new Release(OnA), new Place(Free(Begun))),
        new("A prompt that is gone a second time costs an attempt and excludes its host",
            Runs with { Placement = First with { WasTakenOff = true } }, new Gone(1, WasExecuting: false, Start, HostStayed: true),
            new Placing(Second with { Suspects = 0, WasTakenOff = true }),
            new Release(OnA), new Place(Second with { Suspects = 0, WasTakenOff = true })),
        new("A prompt that hangs is stopped, so that its run goes on elsewhere",
            Runs, new Stuck(1, Start),
            new Leaving(Begun, OnA, 1), new StopPrompt(OnA)),
        new("A prompt that hangs has begun, though nobody told of it",
            Queued, new Stuck(1, Start),
            new Leaving(Begun, OnA, 1), new StopPrompt(OnA)),
        new("News that an earlier attempt hangs changes nothing",
            Runs, new Stuck(2, Start),
            Runs, new Await(Minute(1))),
        new("A prompt behind work that does not move is stopped, so that its run goes on elsewhere",
            Queued, new Blocked(1, Start),
            new Leaving(First, OnA, 1, IsBlocked: true), new StopPrompt(OnA)),
        new("News that an earlier attempt is blocked changes nothing",
            Queued, new Blocked(2, Start),
            Queued, new Await(Minute(1))),
        new("A prompt that executes is not blocked",
            Runs, new Blocked(1, Start),
            Runs, new Await(Minute(1))),
    ];

    private static Row[] Stopped =>
    [
        new("A cancel stops a prompt that executes, on which work has begun",
            Runs, new CancelRequested(Start),
            new Stopping(OnA, new Canceled(GpuWorkBegun: true), 1), new StopPrompt(OnA)),
        new("A cancel stops a prompt that waits on its host, on which no work has begun",
            Queued, new CancelRequested(Start),
            new Stopping(OnA, new Canceled(GpuWorkBegun: false), 1), new StopPrompt(OnA)),
        new("A cancel of a prompt that waits on its second host says that work had begun on the first",
            Queued with { Placement = Begun }, new CancelRequested(Start),
            new Stopping(OnA, new Canceled(GpuWorkBegun: true), 1), new StopPrompt(OnA)),
        new("A prompt that executes at its run's finish deadline is stopped, and the run times out",
            Runs, new DeadlinePassed(FinishBy),
            new Stopping(OnA, TimedOut(), 1), new StopPrompt(OnA)),
    ];

    private static Placement Free(Placement placement) => placement with { Attempt = 2, Free = 1, WasTakenOff = true };
}
