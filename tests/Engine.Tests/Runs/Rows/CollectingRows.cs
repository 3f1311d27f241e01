using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run whose prompt has ended and whose outputs are being copied.</summary>
internal static class CollectingRows
{
    private static readonly Placement Begun = First with { HasBegun = true };
    private static readonly Placement Next = Begun with { Attempt = 2 };
    private static readonly Placement Free = Next with { Free = 1, WasTakenOff = true };
    private static readonly Placement Last = Begun with { Attempt = 3 };
    private static readonly Doubt Doubted = new(A, Broken);
    private static readonly Collecting Copies = new(Begun, OnA);
    private static readonly Collecting Confirms = new(Begun with { Attempt = 2, Free = 1, Excluded = [A], Doubt = Doubted }, OnB);
    private static readonly RunFault Other = new(FaultCode.NodeFailed, "It broke otherwise.");

    public static IEnumerable<Row> All => [.. Ended, .. Doubts, .. Interruptions, .. Memory, .. Missing, .. Uncertain, .. Faulty];

    private static Row[] Ended =>
    [
        new("A run whose outputs are stored has succeeded, and its slot is given back after the row is final",
            Copies, new OutputsStored(1, Start),
            new RunState.Ended(new Succeeded()), new Publish(new Succeeded()), new Release(OnA)),
        new("A node that fails on a trusted host fails its run",
            Copies, new ExecutionFailed(1, Broken, Start),
            Failed(Broken), new Publish(new Failed(Broken)), new Release(OnA)),
        new("A cancel while outputs are copied ends the run, on which work has begun",
            Copies, new CancelRequested(Start),
            new RunState.Ended(new Canceled(GpuWorkBegun: true)), new Publish(new Canceled(GpuWorkBegun: true)), new Release(OnA)),
        new("A slot that is granted while outputs are copied is given back",
            Copies, new Granted(OnB, Start),
            Copies, new Release(OnB), new Collect(OnA)),
    ];

    private static Row[] Doubts =>
    [
        new("A node that fails on a doubted host is tried on another at no charge",
            Copies, new ExecutionFailed(1, Broken, JustBefore(FinishBy), IsDoubtful: true),
            new Placing(Confirms.Placement), new Release(OnA), new Place(Confirms.Placement)),
        new("A node that fails on a doubted host, when nothing is free any more, is tried on another at a charge",
            Copies with { Placement = Last with { Free = 2 } }, new ExecutionFailed(3, Broken, Start, IsDoubtful: true),
            new Placing(Begun with { Attempt = 4, Free = 2, Excluded = [A], Doubt = Doubted }),
            new Release(OnA), new Place(Begun with { Attempt = 4, Free = 2, Excluded = [A], Doubt = Doubted })),
        new("A node that fails on a doubted host on the last attempt fails its run",
            Copies with { Placement = Begun with { Attempt = 5, Free = 2 } }, new ExecutionFailed(5, Broken, Start, IsDoubtful: true),
            Failed(Broken), new Publish(new Failed(Broken)), new Release(OnA)),
        new("A node that fails on a doubted host at the finish deadline fails its run",
            Copies, new ExecutionFailed(1, Broken, FinishBy, IsDoubtful: true),
            Failed(Broken), new Publish(new Failed(Broken)), new Release(OnA)),
        new("A node that fails on a second host too clears the first, though the second is doubted as well",
            Confirms, new ExecutionFailed(2, Other, Start, IsDoubtful: true),
            Failed(Other), new Publish(new Failed(Other)), new Release(OnB), new Judge(A, IsToBlame: false)),
        new("A run that succeeds on a second host blames the first",
            Confirms, new OutputsStored(2, Start),
            new RunState.Ended(new Succeeded()), new Publish(new Succeeded()), new Release(OnB), new Judge(A, IsToBlame: true)),
    ];

    private static Row[] Interruptions =>
    [
        new("A prompt that its own run interrupted because it hung goes on elsewhere, and costs an attempt",
            Copies with { WasStuck = true }, new Interrupted(1, Start),
            new Placing(Next with { Excluded = [A] }), new Release(OnA), new Place(Next with { Excluded = [A] })),
        new("A prompt that a person interrupted goes on once, at no charge and on any host",
            Copies, new Interrupted(1, Start),
            new Placing(Free), new Release(OnA), new Place(Free)),
        new("A prompt that was interrupted twice by strangers fails its run, which may be called again",
            Copies with { Placement = Begun with { WasTakenOff = true } }, new Interrupted(1, Start),
            Failed(Strange), new Publish(new Failed(Strange)), new Release(OnA)),
        new("An interrupted run for which nothing is free any more is charged",
            Copies with { Placement = Last with { Free = 2 } }, new Interrupted(3, Start),
            new Placing(Begun with { Attempt = 4, Free = 2, WasTakenOff = true }),
            new Release(OnA), new Place(Begun with { Attempt = 4, Free = 2, WasTakenOff = true })),
        new("A run that was moved too often fails",
            Copies with { Placement = Begun with { Attempt = 5, Free = 2 } }, new Interrupted(5, Start),
            Failed(MovedTooOften), new Publish(new Failed(MovedTooOften)), new Release(OnA)),
        new("A run that was interrupted at its finish deadline times out",
            Copies, new Interrupted(1, FinishBy),
            new RunState.Ended(TimedOut()), new Publish(TimedOut()), new Release(OnA)),
    ];

    private static Row[] Memory =>
    [
        new("A run that ran out of memory goes to a larger GPU, and the small one is cleared",
            Copies, new OutOfMemory(1, NoMemory, JustBefore(FinishBy)),
            new Placing(Next with { Excluded = [A], LargerThan = A }),
            new FreeMemory(A), new Release(OnA), new Place(Next with { Excluded = [A], LargerThan = A })),
        new("A run that ran out of memory on the larger GPU too fails",
            Copies with { Placement = Next with { LargerThan = B } }, new OutOfMemory(2, NoMemory, Start),
            Failed(NoMemory), new Publish(new Failed(NoMemory)), new FreeMemory(A), new Release(OnA)),
        new("A run that ran out of memory on its last attempt but one tries a larger GPU",
            Copies with { Placement = Next }, new OutOfMemory(2, NoMemory, Start),
            new Placing(Last with { Excluded = [A], LargerThan = A }),
            new FreeMemory(A), new Release(OnA), new Place(Last with { Excluded = [A], LargerThan = A })),
        new("A run that ran out of memory on its last attempt fails",
            Copies with { Placement = Last }, new OutOfMemory(3, NoMemory, Start),
            Failed(NoMemory), new Publish(new Failed(NoMemory)), new FreeMemory(A), new Release(OnA)),
        new("A run that ran out of memory at its finish deadline fails",
            Copies, new OutOfMemory(1, NoMemory, FinishBy),
            Failed(NoMemory), new Publish(new Failed(NoMemory)), new FreeMemory(A), new Release(OnA)),
    ];

    private static Row[] Missing =>
    [
        new("A cached result that lost its file is executed anew, on any host",
            Copies, new OutputsMissing(1, "gone", JustBefore(FinishBy)),
            new Placing(Next with { DefeatCache = true }), new Release(OnA), new Place(Next with { DefeatCache = true })),
        new("A file that is missing after the prompt was executed anew fails the run, which may be called again",
            Copies with { Placement = Next with { DefeatCache = true } }, new OutputsMissing(2, "gone", Start),
            Failed(Unavailable), new Publish(new Failed(Unavailable)), new Release(OnA)),
        new("A file that is missing on the last attempt but one is executed anew",
            Copies with { Placement = Next }, new OutputsMissing(2, "gone", Start),
            new Placing(Last with { DefeatCache = true }), new Release(OnA), new Place(Last with { DefeatCache = true })),
        new("A file that is missing on the last attempt fails the run",
            Copies with { Placement = Last }, new OutputsMissing(3, "gone", Start),
            Failed(Unavailable), new Publish(new Failed(Unavailable)), new Release(OnA)),
        new("A file that is missing at the finish deadline fails the run",
            Copies, new OutputsMissing(1, "gone", FinishBy),
            Failed(Unavailable), new Publish(new Failed(Unavailable)), new Release(OnA)),
    ];

    private static Row[] Uncertain =>
    [
        new("A prompt that has not ended after all is followed on",
            Copies with { Unanswered = 1 }, new StillThere(1, Start),
            new Executing(Begun, OnA, 1), new Await(Minute(8))),
        new("A history that somebody cleared costs nothing",
            Copies, new Gone(1, WasExecuting: false, Start, HostStayed: true),
            new Placing(Free), new Release(OnA), new Place(Free)),
        new("A history that went with its host's process costs an attempt",
            Copies, new Gone(1, WasExecuting: false, Start),
            new Placing(Next with { Excluded = [A] }), new Release(OnA), new Place(Next with { Excluded = [A] })),
        new("A host that is silent once about outputs is asked again",
            Copies with { Failures = 2, Trouble = "x" }, new NoAnswer(1, Start),
            Copies with { Failures = 2, Trouble = "x", Unanswered = 1 }, new Collect(OnA)),
        new("A host that is silent twice about outputs is lost, and not suspect",
            Copies with { Unanswered = 1 }, new NoAnswer(1, Start, WasExecuting: true),
            new Placing(Next with { Excluded = [A] }), new Release(OnA), new Place(Next with { Excluded = [A] })),
    ];

    private static Row[] Faulty =>
    [
        new("Outputs that could not be stored are copied again in a second",
            Copies with { Unanswered = 1, WasStuck = true }, new StepFailed("no storage", JustBefore(FinishBy).AddMinutes(-1)),
            Copies with { Unanswered = 1, WasStuck = true, Failures = 1, Trouble = "no storage" },
            new Await(JustBefore(FinishBy).AddSeconds(-59))),
        new("Each further failure to store outputs waits twice as long",
            Copies with { Failures = 3, Trouble = "x" }, new StepFailed("no storage", Start),
            Copies with { Failures = 4, Trouble = "no storage" }, new Await(Start.AddSeconds(8))),
        new("Outputs that cannot be stored by the finish deadline time the run out, which says why",
            Copies, new StepFailed("No storage.", FinishBy),
            new RunState.Ended(TimedOut(" No storage.")), new Publish(TimedOut(" No storage.")), new Release(OnA)),
        new("A run that has rested after a failure copies its outputs again",
            Copies with { Failures = 3, Trouble = "x" }, new DeadlinePassed(JustBefore(FinishBy)),
            Copies with { Failures = 3, Trouble = "x" }, new Collect(OnA)),
        new("A run that rests between two copies until its finish deadline times out and says why",
            Copies with { Failures = 3, Trouble = "No storage." }, new DeadlinePassed(FinishBy),
            new RunState.Ended(TimedOut(" No storage.")), new Publish(TimedOut(" No storage.")), new Release(OnA)),
    ];

    private static readonly RunFault Strange =
        new(FaultCode.NodeFailed, "The prompt was interrupted on its host twice, though nobody had canceled the run.", Retryable: true);

    private static readonly RunFault MovedTooOften = new(FaultCode.HostLost, "The run was moved too often.", Retryable: true);

    private static readonly RunFault Unavailable = new(FaultCode.OutputsUnavailable, "gone", Retryable: true);

    private static RunState.Ended Failed(RunFault fault) => new(new Failed(fault));
}
