using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run whose prompt is being taken off, so that the run goes on elsewhere.</summary>
internal static class LeavingRows
{
    private static readonly Placement Begun = First with { HasBegun = true };
    private static readonly Placement Elsewhere = Begun with { Attempt = 2, Excluded = [A] };
    private static readonly Placement Moved = First with { Attempt = 2, Free = 1 };
    private static readonly Leaving Hangs = new(Begun, OnA, 1);
    private static readonly Leaving Blocks = new(First, OnA, 1, IsBlocked: true);
    private static readonly Quarantine Quarantined = new(A, "A prompt hung and could not be interrupted.");

    public static IEnumerable<Row> All =>
    [
        new("A prompt that ends while it is taken off is collected, as one that its own run interrupted",
            Hangs, new EndedThere(1, Start),
            new Collecting(Begun, OnA, WasStuck: true), new Collect(OnA)),
        new("A prompt that ends while it is moved has begun",
            Blocks, new EndedThere(1, Start),
            new Collecting(Begun, OnA, WasStuck: true), new Collect(OnA)),
        new("News that the prompt ended while it is taken off has it collected",
            Blocks, new Finished(1, Start),
            new Collecting(Begun, OnA, WasStuck: true), new Collect(OnA)),
        new("News that another attempt ended has nothing collected",
            Hangs, new Finished(2, Start),
            Hangs, new Await(Start.AddSeconds(3))),
        new("News that a prompt begins while it is moved is remembered",
            Blocks, new Begun(1, Start),
            Blocks with { Placement = Begun }, new Await(Start.AddSeconds(3))),
        new("News that another attempt begins while this one is moved changes nothing",
            Blocks, new Begun(2, Start),
            Blocks, new Await(Start.AddSeconds(3))),
        new("News that a prompt hangs while it is moved tells that it has begun",
            Blocks, new Stuck(1, Start),
            Blocks with { Placement = Begun }, new Await(Start.AddSeconds(3))),
        new("News that another attempt hangs while this one is moved changes nothing",
            Blocks, new Stuck(2, Start),
            Blocks, new Await(Start.AddSeconds(3))),
        new("A blocked prompt that is off its host is moved at no charge, to the same host too",
            Blocks, new Gone(1, WasExecuting: false, Start),
            new Placing(Moved), new Release(OnA), new Place(Moved)),
        new("A blocked prompt that was lost while it executed has begun",
            Blocks, new Gone(1, WasExecuting: true, Start),
            new Placing(Moved with { HasBegun = true }), new Release(OnA), new Place(Moved with { HasBegun = true })),
        new("A prompt that hung and is off its host goes on elsewhere, and its host is not suspect",
            Hangs, new Gone(1, WasExecuting: true, Start),
            new Placing(Elsewhere), new Release(OnA), new Place(Elsewhere)),
        new("A host that is lost while a prompt is taken off counts as taken down",
            Hangs, new HostLost(A, WasExecuting: true, Start),
            new Placing(Elsewhere with { Suspects = 1 }), new Release(OnA), new Place(Elsewhere with { Suspects = 1 })),
        new("A host that is given up while a prompt is taken off is rid of the prompt",
            Hangs, new HostLost(A, WasExecuting: false, Start, StillAnswers: true),
            new Placing(Elsewhere), new Abandon(OnA), new Release(OnA), new Place(Elsewhere)),
        new("The loss of another host does not end the leaving",
            Hangs, new HostLost(B, WasExecuting: true, Start),
            Hangs, new Await(Start.AddSeconds(3))),
        new("A prompt that is still there is stopped again in three seconds",
            Hangs, new StillThere(1, Start, IsQueued: true),
            Hangs with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A blocked prompt that turns out to execute has begun",
            Blocks, new StillThere(1, Start),
            Blocks with { Placement = Begun, Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A host that does not answer the stop of a blocked prompt is asked again in three seconds",
            Blocks, new NoAnswer(1, Start),
            Blocks with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A stop that the façade could not ask for is asked for again in three seconds",
            Blocks, new StepFailed("no storage", Start),
            Blocks with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A host that cannot stop a prompt that hangs is quarantined and counts as taken down",
            Hangs with { Stops = 3 }, new StillThere(1, Start),
            new Placing(Elsewhere with { Suspects = 1 }), Quarantined, new Release(OnA), new Place(Elsewhere with { Suspects = 1 })),
        new("A host that cannot take off a blocked prompt is quarantined and does not count as taken down",
            Blocks with { Stops = 3 }, new NoAnswer(1, Start),
            new Placing(First with { Attempt = 2, Excluded = [A] }),
            Quarantined, new Release(OnA), new Place(First with { Attempt = 2, Excluded = [A] })),
        new("A cancel of a run that leaves a prompt that hangs says that work had begun",
            Hangs with { Stops = 2 }, new CancelRequested(Start),
            new Stopping(OnA, new Canceled(GpuWorkBegun: true), 1), new StopPrompt(OnA)),
        new("A cancel of a run that leaves a prompt behind others says that no work had begun",
            Blocks with { Stops = 2 }, new CancelRequested(Start),
            new Stopping(OnA, new Canceled(GpuWorkBegun: false), 1), new StopPrompt(OnA)),
        new("A prompt that is being taken off is stopped when its pause is over",
            Hangs, new DeadlinePassed(Start),
            Hangs, new StopPrompt(OnA)),
        new("A slot that is granted to a run that leaves another is given back",
            Hangs, new Granted(OnB, Start),
            Hangs, new Release(OnB), new Await(Start.AddSeconds(3))),
    ];
}
