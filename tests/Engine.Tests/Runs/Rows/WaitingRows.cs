using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run that waits in line for a slot.</summary>
internal static class WaitingRows
{
    private static readonly Placement Begun = First with { HasBegun = true };

    public static IEnumerable<Row> All =>
    [
        new("A run that is granted a slot is placed there",
            new Waiting(First), new Granted(OnA, Start),
            new Placing(First), new Place(First, OnA)),
        new("A slot that was granted to an earlier attempt is given back, and the run waits on",
            new Waiting(Second), new Granted(OnA, Start),
            new Waiting(Second), new Release(OnA), new Await(FinishBy)),
        new("A cancel takes a run out of the line before any work",
            new Waiting(First), new CancelRequested(Start),
            new Ended(new Canceled(GpuWorkBegun: false)), new Publish(new Canceled(GpuWorkBegun: false)), new Dequeue()),
        new("A run that waits for its second host says that work had begun on the first",
            new Waiting(Begun), new CancelRequested(Start),
            new Ended(new Canceled(GpuWorkBegun: true)), new Publish(new Canceled(GpuWorkBegun: true)), new Dequeue()),
        new("A run for which waiting may be pointless leaves the line and looks for itself",
            new Waiting(Second), new Unplaceable(Start),
            new Placing(Second), new Dequeue(), new Place(Second)),
        new("A run that the façade could not put in line leaves it and is placed again in a second",
            new Waiting(First), new StepFailed("no storage", Start),
            new Placing(First, 1, "no storage"), new Dequeue(), new Await(Start.AddSeconds(1))),
        new("A run that could not be put in line by its finish deadline leaves it, times out and says why",
            new Waiting(Begun), new StepFailed("No storage.", FinishBy),
            new Ended(TimedOut(" No storage.")), new Publish(TimedOut(" No storage.")), new Dequeue(), new GiveBack(1)),
        new("A run that is woken before its start deadline waits on",
            new Waiting(First), new DeadlinePassed(JustBefore(StartBy)),
            new Waiting(First), new Await(StartBy)),
        new("A run that has waited until its start deadline expires and leaves the line",
            new Waiting(First), new DeadlinePassed(StartBy),
            new Ended(new Expired()), new Publish(new Expired()), new Dequeue()),
        new("A run that has begun waits on beyond its start deadline",
            new Waiting(Begun), new DeadlinePassed(JustBefore(FinishBy)),
            new Waiting(Begun), new Await(FinishBy)),
        new("A run that has begun and waits until its finish deadline times out and leaves the line",
            new Waiting(Begun), new DeadlinePassed(FinishBy),
            new Ended(TimedOut()), new Publish(TimedOut()), new Dequeue()),
        new("A second attempt whose row does not say that it has begun counts as begun",
            new Waiting(new Placement { Attempt = 2 }), new DeadlinePassed(FinishBy),
            new Ended(TimedOut()), new Publish(TimedOut()), new Dequeue()),
        new("A first attempt whose row does not say that it has begun counts as not begun",
            new Waiting(new Placement { Attempt = 1 }), new DeadlinePassed(StartBy),
            new Ended(new Expired()), new Publish(new Expired()), new Dequeue()),
    ];
}
