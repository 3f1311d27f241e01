using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using CsCheck;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>What a run reaches in a world that is fair to it.</summary>
public class RunProcessProgress
{
    private static readonly Gen<RunLimits> AnyLimits = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2], Gen.Int[1, 3], (attempts, free, suspects) =>
        Limits with { MaxAttempts = attempts, MaxFree = free, MaxSuspectHosts = suspects });

    [Fact]
    public void A_run_that_gets_answers_ends_by_its_finish_deadline() => Play((world, _, _) =>
        Assert.True(world.Now < FinishBy.AddMinutes(2)));

    [Fact]
    public void A_run_that_leaves_a_host_is_off_it_within_its_stops() => Play((world, _, _) =>
        Assert.True(world.LongestLeave < TimeSpan.FromMinutes(5)));

    [Fact]
    public void A_canceled_run_says_that_GPU_work_had_begun_if_and_only_if_it_was_told_so() => Play((world, _, outcome) =>
    {
        if (outcome is RunOutcome.Canceled canceled)
        {
            Assert.Equal(world.ToldOfWork is not null, canceled.GpuWorkBegun);
        }
    });

    [Fact]
    public void A_run_expires_only_if_it_was_not_told_by_its_start_deadline_that_it_had_begun() => Play((world, _, outcome) =>
        Assert.False(outcome is RunOutcome.Expired && world.ToldOfWork < StartBy));

    [Fact]
    public void A_run_gives_up_on_its_hosts_after_exactly_as_many_attempts_as_it_has() => Play((world, limits, outcome) =>
    {
        if (outcome is RunOutcome.Failed { Fault: { } fault } && fault.Code == FaultCode.HostLost
            && fault.Message.Contains("times", StringComparison.Ordinal))
        {
            Assert.Equal(limits.MaxAttempts, world.Commands.OfType<RunCommand.Place>().Max(p => p.Placement.Charged));
        }
    });

    private static void Play(Action<FairWorld, RunLimits, RunOutcome> check) =>
        Gen.Select(AnyLimits, Gen.Int[0, 719].Array[0, 40]).Sample((limits, dice) =>
        {
            var world = new FairWorld(limits, dice);
            check(world, limits, world.Play());
        }, iter: 20_000);
}
