using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Looks after single runs that take long: each is driven in some process, which may have left. A run that has not moved on by the time by
/// which its own driver would have moved it is carried on here.
/// </summary>
public sealed class RunCare(RunStore runs, ProcessStore processes, IRunDriver driver, TimeProvider clock)
{
    /// <summary>Whoever drives a run moves it at its own deadlines first.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <returns>When to look again, and how far the run is now.</returns>
    public async Task<RunPause> LookAsync(RunLook look, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(new(look.Run), cancellationToken) is not { Outcome: null } run)
        {
            return new(null, look.Step);
        }

        var now = clock.GetUtcNow();
        if (!look.IsLeft && run.Step != look.Step)
        {
            return new(MovesBy(run, now) + Patience, run.Step);
        }

        if (look.IsLeft || !await IsInHandAsync(run.Id, cancellationToken))
        {
            await driver.TakeOverAsync(run.Id, new RunEvent.DeadlinePassed(now), cancellationToken);
        }

        return new(now + Patience, run.Step);
    }

    // A step that takes long is none of a process that is gone.
    private async Task<bool> IsInHandAsync(RunId run, CancellationToken cancellationToken) =>
        (await processes.LivingAsync(cancellationToken)).Any(p => p.InHand.Contains(run.Value));

    // When a run that rests moves at the latest, if it came to rest now.
    private static DateTimeOffset MovesBy(RunRecord run, DateTimeOffset now) =>
        RunProcess.Resume(run.Limits, run.State, now).OfType<RunCommand.Await>().Select(a => a.Until).FirstOrDefault(now);
}
