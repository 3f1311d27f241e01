using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Wire;

/// <summary>After a rollback, and during a deploy, runs that a newer release has begun are left to it.</summary>
public class NewerRulesTests
{
    private static readonly FakeTimeProvider Clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, true)]
    [InlineData(RunLimits.LatestRules, true)]
    [InlineData(RunLimits.LatestRules + 1, false)]
    public async Task A_run_is_decided_by_a_release_that_knows_its_rules(int? rules, bool isDecided)
    {
        await using var rig = await new ServerRig(clock: Clock).StartedAsync();
        var run = SomeRun.In(RunProcess.Initial, Clock);
        run = await rig.Get<RunStore>().InsertAsync(run with { Limits = run.Limits with { Rules = rules } }, Cancellation);
        var pause = await rig.Get<RunExecutor>().AdvanceAsync(run.Id, new RunEvent.CancelRequested(Clock.GetUtcNow()), 0, Cancellation);
        var now = (await rig.Get<RunStore>().FindAsync(run.Id, Cancellation))!; // It was inserted.

        Assert.Equal(isDecided, now.Outcome is RunOutcome.Canceled);
        Assert.Equal(isDecided, pause.HasEnded());
        Assert.Equal(isDecided, now.Step > run.Step);
    }
}
