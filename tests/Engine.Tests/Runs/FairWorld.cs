using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>
/// The hosts and the clock around one run, fair to it: every question is answered, every pause ends, and what is said is true.
/// The dice choose among what may happen; when they are used up, prompts execute for ever and hosts do as they are asked.
/// </summary>
internal sealed class FairWorld(RunLimits limits, int[] dice)
{
    private enum Prompt
    {
        Queued,
        Executing,
        Ended,
    }

    private readonly HostId[] hosts = [A, B, new("c"), new("d")];
    private Prompt prompt;
    private bool isLeaving;
    private DateTimeOffset leftAt;
    private int thrown;

    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>When the run was first told, in whatever way, that a prompt of it had begun.</summary>
    public DateTimeOffset? ToldOfWork { get; private set; }

    /// <summary>The longest that the run took to get off a host that it wanted to leave.</summary>
    public TimeSpan LongestLeave { get; private set; }

    public List<RunCommand> Commands { get; } = [];

    /// <summary>Plays until the run has ended.</summary>
    public RunOutcome Play()
    {
        var step = RunProcess.Decide(limits, RunProcess.Initial, new Accepted(Now));
        for (var steps = 0; step.State is not Ended; steps++)
        {
            if (steps > 1000)
            {
                Assert.Fail($"The run does not end: it is {step.State}.");
            }

            Commands.AddRange(step.Commands);
            step = RunProcess.Decide(limits, step.State, Next(step.State, step.Commands[^1]));
            Watch(step.State);
        }

        Commands.AddRange(step.Commands);
        return ((Ended)step.State).Outcome;
    }

    private void Watch(RunState state)
    {
        if (state is Leaving != isLeaving)
        {
            isLeaving = !isLeaving;
            leftAt = isLeaving ? Now : leftAt;
            LongestLeave = isLeaving || Now - leftAt < LongestLeave ? LongestLeave : Now - leftAt;
        }
    }

    private RunEvent Next(RunState state, RunCommand asking)
    {
        Now += asking is Await ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        var e = asking switch
        {
            Place c => Placing(c),
            Await c when Throw(3) is 0 => Passed(c.Until),
            Await c => Signal(state, c.Until),
            Inspect c => Answer(c.Lease),
            StopPrompt c => Stopped(c.Lease),
            Collect c => Collected(c.Lease),
            _ => throw new ArgumentException($"{asking} asks nothing."),
        };
        if (RunProcess.LeaseOf(state) is { } lease && prompt is not Prompt.Queued && TellsOf(lease, e))
        {
            ToldOfWork ??= Now;
        }

        return e;
    }

    // A prompt may begin and end unheard: silence, or a loss, tells only of one that executed.
    private static bool TellsOf(Lease lease, RunEvent e) => e switch
    {
        StepFailed or CancelRequested or DeadlinePassed or Granted => false,
        HostLost lost => lost.Host == lease.Host && lost.WasExecuting,
        NoAnswer silence => silence.WasExecuting,
        _ => true,
    };

    private RunEvent Placing(Place place)
    {
        var fit = hosts.Except(place.Placement.Refused).ToArray();
        var free = fit.Except(place.Placement.Excluded).ToArray();
        if (free.Length == 0)
        {
            return fit.Length > 0 && place.Placement.Excluded.Length > 0 ? new OnlyExcluded(Now) : new NoHost("none fits", Now);
        }

        var lease = place.Granted ?? new Lease(free[Throw(free.Length)], Run, place.Placement.Attempt);
        switch (Throw(8))
        {
            case 1: return Take(Prompt.Queued, lease);
            case 2 when place.Granted is null: return new NoSlot(Now);
            case 3: return new HostFailed(lease, Now);
            case 4: return new RefusedHere(Refusal, lease, Now);
            case 5: return new StepFailed("no storage", Now);
            case 6 when Throw(4) is 1: return new PromptRefused(Refusal, lease, Now);
            default: return Take(Prompt.Executing, lease);
        }
    }

    private Placed Take(Prompt where, Lease lease)
    {
        prompt = where;
        ToldOfWork ??= where is Prompt.Executing ? Now : null;
        return new(lease, Now, IsQueued: where is Prompt.Queued);
    }

    private DeadlinePassed Passed(DateTimeOffset until)
    {
        Now = until > Now ? until : Now;
        return new(Now);
    }

    private RunEvent Signal(RunState state, DateTimeOffset until)
    {
        Now += TimeSpan.FromSeconds(Throw(Math.Clamp((int)(until - Now).TotalSeconds, 1, 120)));
        return (state, Throw(9)) switch
        {
            (_, 0) => new CancelRequested(Now),
            (Waiting s, 1) => new Unplaceable(Now),
            (Waiting s, _) => new Granted(new(hosts.Except(s.Placement.Refused).First(), Run, s.Placement.Attempt), Now),
            (_, 1) => new Granted(new(B, Run, 9), Now),
            (Executing or Leaving or Stopping, var throws) => OfPrompt(RunProcess.LeaseOf(state)!.Value, throws),
            _ => new DeadlinePassed(Now),
        };
    }

    private RunEvent OfPrompt(Lease lease, int throws)
    {
        switch (throws, prompt)
        {
            case (2, _): return new HostLost(lease.Host, prompt is Prompt.Executing, Now, StillAnswers: Throw(2) is 1);
            case (3, Prompt.Queued): return new Blocked(lease.Attempt, Now);
            case (3, Prompt.Executing): return new Stuck(lease.Attempt, Now);
            case (4, _): return new HostLost(new("e"), WasExecuting: true, Now);
            case (_, Prompt.Queued):
                prompt = Prompt.Executing;
                return throws < 7 ? new Begun(lease.Attempt, Now) : new DeadlinePassed(Now);
            case (_, Prompt.Executing) when throws > 5:
                prompt = Prompt.Ended;
                return throws < 7 ? new Finished(lease.Attempt, Now) : new DeadlinePassed(Now);
            default: return new DeadlinePassed(Now);
        }
    }

    private RunEvent Answer(Lease lease) => Throw(8) switch
    {
        1 => new NoAnswer(lease.Attempt, Now, WasExecuting: prompt is Prompt.Executing),
        2 => new StepFailed("no storage", Now),
        3 when prompt is not Prompt.Ended => new Gone(lease.Attempt, prompt is Prompt.Executing, Now, HostStayed: Throw(2) is 1),
        _ when prompt is Prompt.Ended => new EndedThere(lease.Attempt, Now),
        _ => new StillThere(lease.Attempt, Now, IsQueued: prompt is Prompt.Queued),
    };

    private RunEvent Stopped(Lease lease)
    {
        if (Throw(3) is not 0)
        {
            return Answer(lease);
        }

        var was = prompt;
        prompt = was is Prompt.Queued ? was : Prompt.Ended;
        return was is Prompt.Queued ? new Gone(lease.Attempt, WasExecuting: false, Now) : new EndedThere(lease.Attempt, Now);
    }

    private RunEvent Collected(Lease lease) => prompt is not Prompt.Ended ? Answer(lease) : Throw(9) switch
    {
        1 => new ExecutionFailed(lease.Attempt, Broken, Now, IsDoubtful: Throw(2) is 1),
        2 => new Interrupted(lease.Attempt, Now),
        3 => new OutOfMemory(lease.Attempt, NoMemory, Now),
        4 => new OutputsMissing(lease.Attempt, "gone", Now),
        5 => new NoAnswer(lease.Attempt, Now),
        6 => new StepFailed("no storage", Now),
        7 => new Gone(lease.Attempt, WasExecuting: false, Now, HostStayed: Throw(2) is 1),
        _ => new OutputsStored(lease.Attempt, Now),
    };

    private int Throw(int sides) => thrown < dice.Length ? dice[thrown++] % sides : 0;
}
