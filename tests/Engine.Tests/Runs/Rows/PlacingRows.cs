using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run that looks for a slot.</summary>
internal static class PlacingRows
{
    private static readonly Placement Begun = First with { HasBegun = true };
    private static readonly Doubt Doubted = new(A, Broken);

    public static IEnumerable<Row> All => [.. Found, .. NotFound, .. Faulty, .. Ending];

    private static Row[] Found =>
    [
        new("An accepted run looks for a slot",
            new Placing(First, 2, "x"), new Accepted(Start),
            new Placing(First), new Place(First)),
        new("A prompt that its host took is asked after in a minute",
            new Placing(First, 2, "x"), new Placed(OnA, Start),
            new Executing(First, OnA, 0), new Await(Minute(1))),
        new("A prompt behind others on its host has not begun",
            new Placing(First), new Placed(OnA, Start, IsQueued: true),
            new Executing(First, OnA, 0, IsQueued: true), new Await(Minute(1))),
        new("A prompt that has not begun is looked for at its start deadline",
            new Placing(First), new Placed(OnA, Minute(9.5), IsQueued: true),
            new Executing(First, OnA, 0, IsQueued: true), new Await(StartBy)),
        new("A prompt that executes is not looked for at the start deadline",
            new Placing(First), new Placed(OnA, Minute(9.5)),
            new Executing(First, OnA, 0), new Await(Minute(10.5))),
        new("A prompt whose start deadline has come is asked after in a minute, like others",
            new Placing(First), new Placed(OnA, StartBy, IsQueued: true),
            new Executing(First, OnA, 0, IsQueued: true), new Await(Minute(11))),
        new("A run that began on an earlier host has no start deadline",
            new Placing(Begun), new Placed(OnA, Minute(9.5), IsQueued: true),
            new Executing(Begun, OnA, 0, IsQueued: true), new Await(Minute(10.5))),
        new("Nobody asks after a prompt later than at the finish deadline",
            new Placing(First), new Placed(OnA, Minute(29.5)),
            new Executing(First, OnA, 0), new Await(FinishBy)),
        new("A slot that is granted while the run looks for one itself is given back",
            new Placing(First, 2, "x"), new Granted(OnA, Start),
            new Placing(First, 2, "x"), new Release(OnA), new Place(First)),
    ];

    private static Row[] NotFound =>
    [
        new("A run without a slot waits in line until its start deadline",
            new Placing(First, 2, "x"), new NoSlot(JustBefore(StartBy)),
            new Waiting(First), new Enqueue(First), new Await(StartBy)),
        new("A run that has begun waits in line until its finish deadline",
            new Placing(Begun), new NoSlot(JustBefore(FinishBy)),
            new Waiting(Begun), new Enqueue(Begun), new Await(FinishBy)),
        new("A run without a slot at its start deadline expires",
            new Placing(First), new NoSlot(StartBy),
            new Ended(new Expired()), new Publish(new Expired()), new Dequeue()),
        new("A run that has begun and has no slot at its finish deadline times out",
            new Placing(Begun), new NoSlot(FinishBy),
            new Ended(TimedOut()), new Publish(TimedOut()), new Dequeue()),
        new("A run waits no longer than its finish deadline, be its start deadline later",
            new Placing(First), new NoSlot(Start),
            new Waiting(First), new Enqueue(First), new Await(FinishBy)) { Limits = Limits with { StartBy = Minute(40) } },
        new("A run that only the hosts which it lost could take may go back to them, and forgets nothing else",
            new Placing(Second with { Refused = [B] }, 2, "x"), new OnlyExcluded(Start),
            new Placing(Second with { Refused = [B], Excluded = [] }), new Place(Second with { Refused = [B], Excluded = [] })),
        NoHostFor("A run that no host can take fails and says why", First, new(FaultCode.NoCapableHost, "none fits", Retryable: true)),
        NoHostFor("A run that lost the only host that could take it says so", Second,
            new(FaultCode.HostLost, "The run lost its host, and no other host can take it.", Retryable: true)),
        NoHostFor("A run that found no larger GPU ran out of memory", Second with { LargerThan = A },
            new(FaultCode.GpuOutOfMemory, "The GPU ran out of memory, and no host with more is in the pool.")),
        NoHostFor("A run that the rest of the pool cannot take fails with what the first refusal said",
            Second with { LargerThan = A, Refusal = Refusal }, Refusal),
        NoHostFor("A failure that no second host can confirm is the run's own",
            Second with { LargerThan = A, Refusal = Refusal, Doubt = Doubted }, Broken),
        new("Work that takes hosts down fails as poison",
            new Placing(First), new Poisoned("two died", null, Start),
            new Ended(Poison), new Publish(Poison)),
        new("Work that takes hosts down gives back the slot that it has",
            new Placing(First), new Poisoned("two died", OnA, Start),
            new Ended(Poison), new Publish(Poison), new Release(OnA)),
    ];

    private static Row[] Faulty =>
    [
        new("A prompt that ComfyUI refuses fails its run, whose slot is given back after the row is final",
            new Placing(First), new PromptRefused(Refusal, OnA, Start),
            new Ended(new Failed(Refusal)), new Publish(new Failed(Refusal)), new Release(OnA)),
        new("A step that the façade could not carry out is tried again in a second",
            new Placing(First), new StepFailed("no storage", Start),
            new Placing(First, 1, "no storage"), new Await(Start.AddSeconds(1))),
        new("Each further failure of a step waits twice as long",
            new Placing(First, 4, "x"), new StepFailed("no storage", Start),
            new Placing(First, 5, "no storage"), new Await(Start.AddSeconds(16))),
        new("No failure of a step waits longer than the longest pause",
            new Placing(First, 5, "x"), new StepFailed("no storage", Start),
            new Placing(First, 6, "no storage"), new Await(Start.AddSeconds(30))),
        new("Failures without end leave the pause as it is",
            new Placing(First, 100_000, "x"), new StepFailed("no storage", Start),
            new Placing(First, 100_001, "no storage"), new Await(Start.AddSeconds(30))),
        new("A step is tried again no later than at the finish deadline",
            new Placing(First, 9, "x"), new StepFailed("no storage", FinishBy.AddSeconds(-2)),
            new Placing(First, 10, "no storage"), new Await(FinishBy)),
        new("A step that fails at the finish deadline ends the run, which says why and gives back what it may hold",
            new Placing(Second, 9, "x"), new StepFailed("No storage.", FinishBy),
            new Ended(TimedOut(" No storage.")), new Publish(TimedOut(" No storage.")), new GiveBack(2)),
        new("A run that has rested after a failure looks for a slot again",
            new Placing(First, 3, "x"), new DeadlinePassed(JustBefore(FinishBy)),
            new Placing(First, 3, "x"), new Place(First)),
    ];

    private static Row[] Ending =>
    [
        new("A run that rests until its finish deadline times out, says why and gives back what it may hold",
            new Placing(Second, 3, "No storage."), new DeadlinePassed(FinishBy),
            new Ended(TimedOut(" No storage.")), new Publish(TimedOut(" No storage.")), new GiveBack(2)),
        new("A run that has no trouble to tell of times out without it",
            new Placing(First), new DeadlinePassed(FinishBy),
            new Ended(TimedOut()), new Publish(TimedOut()), new GiveBack(1)),
        new("A cancel while the run looks for its first slot ends it before any work, and gives back what it may hold",
            new Placing(First, 2, "x"), new CancelRequested(Start),
            new Ended(new Canceled(GpuWorkBegun: false)), new Publish(new Canceled(GpuWorkBegun: false)), new GiveBack(1)),
        new("A cancel while the run looks for its second slot says that work had begun on the first",
            new Placing(Second), new CancelRequested(Start),
            new Ended(new Canceled(GpuWorkBegun: true)), new Publish(new Canceled(GpuWorkBegun: true)), new GiveBack(2)),
    ];

    private static RunOutcome Poison => new Failed(new(FaultCode.PoisonWorkflow, "two died"));

    private static Row NoHostFor(string rule, Placement placement, RunFault fault) =>
        new(rule, new Placing(placement), new NoHost("none fits", Start), new Ended(new Failed(fault)), new Publish(new Failed(fault)));
}
