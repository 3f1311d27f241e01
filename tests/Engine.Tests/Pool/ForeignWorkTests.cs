using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>Hosts that people use too.</summary>
public class ForeignWorkTests
{
    private static readonly PromptId Ours = PromptId.Of(Id(1), 1);
    private static readonly PromptId Theirs = new(Guid.Parse("3f0f4b7e-53c5-4d0e-9d3a-0a1b2c3d4e5f"));

    [Fact]
    public void A_run_goes_to_the_host_that_nobody_else_uses()
    {
        var shared = Host("a") with { Foreign = new(1, Now) };
        Assert.Equal("b", Scheduler.Pick([shared, Host("b")], Waiting(1), Anyone, Now)?.Host.Value);
        Assert.Equal("a", Scheduler.Pick([shared], Waiting(1), Anyone, Now)?.Host.Value);
    }

    [Fact]
    public void Nothing_is_placed_behind_work_that_has_not_moved_for_twenty_seconds()
    {
        var shared = Host("a") with { Foreign = new(1, Now) };
        Assert.Equal(2, shared.OpenSlots(Now.AddSeconds(19)));
        Assert.Equal(0, shared.OpenSlots(Now.AddSeconds(20)));
        Assert.Equal(2, HealthRules.Shared(shared, null).OpenSlots(Now.AddSeconds(20)));
    }

    [Fact]
    public void What_takes_long_is_expected_to_take_long_yet()
    {
        Assert.Equal(30, new ForeignWork(2, Now).RemainingSeconds(Now));
        Assert.Equal(50, new ForeignWork(2, Now).RemainingSeconds(Now.AddSeconds(100)));
    }

    [Fact]
    public void A_random_id_is_somebody_elses_at_once_and_one_of_our_make_at_the_second_look()
    {
        var (first, foreign) = HostSigns.None.Looked(Theirs, [Ours], isHearing: false, Now).Told([]);
        Assert.Equal(1, foreign);
        Assert.True(first.IsForeign(foreign));
        Assert.Equal(2, first.Looked(Theirs, [Ours], isHearing: false, Now).Told([]).Foreign);
        Assert.Equal(1, first.Looked(Theirs, [Ours], isHearing: false, Now).Told([Ours]).Foreign);
    }

    [Fact]
    public void Our_own_prompt_that_runs_is_nobody_elses()
    {
        var (signs, foreign) = HostSigns.None.Looked(Ours, [Theirs], isHearing: false, Now).Told([Ours]);
        Assert.Equal(1, foreign);
        Assert.False(signs.IsForeign(foreign));
    }

    [Fact]
    public void A_worker_that_died_of_somebodys_prompt_shows_by_its_silence_where_it_would_be_heard()
    {
        var audible = HostSigns.None.Looked(Theirs, [Ours], isHearing: false, Now, isAudible: true);
        Assert.IsType<Verdict.Well>(
            StuckRules.Judge(audible, null, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(19)));
        Assert.IsType<Verdict.Zombie>(
            StuckRules.Judge(audible, null, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(20)));
        Assert.IsType<Verdict.Well>(StuckRules.Judge(audible.Progressed(Theirs, Now.AddSeconds(1)), null, isWatched: false,
            isOnTrial: false, HealthLimits.Default, Now.AddSeconds(25)));
        var silent = HostSigns.None.Looked(Theirs, [Ours], isHearing: false, Now);
        Assert.IsType<Verdict.Well>(
            StuckRules.Judge(silent, null, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(20)));
    }
}
