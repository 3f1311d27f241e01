using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>What becomes of a run whose prompt is being stopped, after which the run ends; and of one that has ended.</summary>
internal static class StoppingRows
{
    private static readonly Canceled Idle = new(GpuWorkBegun: false);
    private static readonly Canceled Worked = new(GpuWorkBegun: true);
    private static readonly Stopping Cancels = new(OnA, Idle, 1);
    private static readonly Stopping Expires = new(OnA, new Expired(), 1);

    public static IEnumerable<Row> All => [.. Off, .. StillOn, .. Last];

    private static Row[] Off =>
    [
        End("A prompt that had ended before it was stopped has begun", Cancels, new EndedThere(1, Start), Worked),
        End("A run that is stopped for another reason than a cancel ends for it", Expires, new EndedThere(1, Start), new Expired()),
        End("A prompt that is off its host without having executed has not begun", Cancels, new Gone(1, WasExecuting: false, Start), Idle),
        End("A prompt that was stopped while it executed has begun", Cancels, new Gone(1, WasExecuting: true, Start), Worked),
        End("A prompt that is lost with its host need not be stopped", Cancels, new HostLost(A, WasExecuting: false, Start), Idle),
        End("A prompt that executed when its host was lost has begun", Cancels, new HostLost(A, WasExecuting: true, Start), Worked),
        new("The loss of another host stops nothing",
            Cancels, new HostLost(B, WasExecuting: true, Start),
            Cancels, new Await(Start.AddSeconds(3))),
    ];

    private static Row[] StillOn =>
    [
        new("A prompt that waits on its host while it is stopped is stopped again in three seconds",
            Cancels, new StillThere(1, Start, IsQueued: true),
            Cancels with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A prompt that turns out to execute while it is stopped has begun",
            Cancels, new StillThere(1, Start),
            Cancels with { Then = Worked, Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A host that does not answer a stop is asked again in three seconds",
            Cancels, new NoAnswer(1, Start),
            Cancels with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A silent host that last said the prompt executes has begun what is stopped",
            Cancels, new NoAnswer(1, Start, WasExecuting: true),
            Cancels with { Then = Worked, Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A stop of a run that ends which the façade could not ask for is asked for again in three seconds",
            Cancels, new StepFailed("no storage", Start),
            Cancels with { Stops = 2 }, new Await(Start.AddSeconds(3))),
        new("A host that cannot stop a prompt is quarantined, and the run ends",
            Cancels with { Stops = 3 }, new StillThere(1, Start),
            new Ended(Worked), new Publish(Worked), new Quarantine(A, "A prompt could not be stopped."), new Release(OnA)),
        new("News that a prompt begins while it is stopped is remembered",
            Cancels, new Begun(1, Start),
            Cancels with { Then = Worked }, new Await(Start.AddSeconds(3))),
        new("News that another attempt begins while this one is stopped changes nothing",
            Cancels, new Begun(2, Start),
            Cancels, new Await(Start.AddSeconds(3))),
        new("News that a prompt hangs while it is stopped tells that it has begun",
            Cancels, new Stuck(1, Start),
            Cancels with { Then = Worked }, new Await(Start.AddSeconds(3))),
        new("News that another attempt hangs while this one is stopped changes nothing",
            Cancels, new Stuck(2, Start),
            Cancels, new Await(Start.AddSeconds(3))),
        new("News that a prompt ended while it is stopped has its host asked at once, and it has begun",
            Cancels, new Finished(1, Start),
            Cancels with { Then = Worked }, new StopPrompt(OnA)),
        new("News that another attempt ended while this one is stopped changes nothing",
            Cancels, new Finished(2, Start),
            Cancels, new Await(Start.AddSeconds(3))),
        new("A prompt that is being stopped is stopped again when its pause is over",
            Cancels, new DeadlinePassed(Start),
            Cancels, new StopPrompt(OnA)),
        new("A slot that is granted to a run that is being stopped is given back",
            Cancels, new Granted(OnB, Start),
            Cancels, new Release(OnB), new Await(Start.AddSeconds(3))),
    ];

    private static Row[] Last =>
    [
        new("A slot that is granted to a run which has ended is given back",
            new Ended(Idle), new Granted(OnA, Start),
            new Ended(Idle), new Release(OnA)),
    ];

    private static Row End(string rule, Stopping from, RunEvent @event, RunOutcome outcome) =>
        new(rule, from, @event, new Ended(outcome), new Publish(outcome), new Release(OnA));
}
