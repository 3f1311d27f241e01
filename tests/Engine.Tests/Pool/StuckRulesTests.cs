using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>A host that answers, and what its queue and its silence mean.</summary>
public class StuckRulesTests
{
    private static readonly PromptId First = PromptId.Of(Id(1), 1);
    private static readonly PromptId Second = PromptId.Of(Id(2), 1);
    private static readonly HeldSlot Slot = new(Id(1), 1, Now) { ExpectedSeconds = 10 };

    [Fact]
    public void A_prompt_that_was_taken_and_never_begun_shows_a_dead_worker_after_twenty_seconds()
    {
        var signs = HostSigns.None.Looked(First, [], isHearing: true, Now);
        Assert.IsType<Verdict.Well>(Judge(signs, 19));
        Assert.IsType<Verdict.Zombie>(Judge(signs, 20));
    }

    [Fact]
    public void Prompts_that_wait_while_none_runs_show_a_dead_worker_and_new_ones_behind_them_are_no_movement()
    {
        var signs = HostSigns.None.Looked(null, [First], isHearing: false, Now)
            .Looked(null, [First, Second], isHearing: false, Now.AddSeconds(15));
        Assert.IsType<Verdict.Zombie>(
            StuckRules.Judge(signs, null, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(20)));
    }

    [Fact]
    public void A_prompt_that_loads_a_model_for_minutes_after_it_began_is_no_sign_of_a_dead_worker()
    {
        var signs = HostSigns.None.Looked(First, [], isHearing: true, Now).Progressed(First, Now.AddSeconds(1));
        Assert.IsType<Verdict.Well>(Judge(signs, 240));
        Assert.Equal(First, Assert.IsType<Verdict.Stuck>(Judge(signs, 302)).Prompt);
    }

    [Fact]
    public void One_that_takes_long_by_nature_has_three_times_as_long()
    {
        var signs = HostSigns.None.Progressed(First, Now);
        var slow = Slot with { ExpectedSeconds = 600 };
        Assert.IsType<Verdict.Well>(
            StuckRules.Judge(signs, slow, isWatched: true, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(1799)));
        Assert.IsType<Verdict.Stuck>(
            StuckRules.Judge(signs, slow, isWatched: true, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(1800)));
    }

    [Fact]
    public void Silence_on_a_socket_that_does_not_get_the_events_says_nothing_for_long()
    {
        var deaf = HostSigns.None.Looked(First, [], isHearing: false, Now);
        Assert.IsType<Verdict.Well>(Judge(deaf, 1700));
        Assert.IsType<Verdict.Stuck>(Judge(deaf, 1800));
    }

    [Fact]
    public void What_another_process_watches_is_not_judged_here()
    {
        var signs = HostSigns.None.Looked(First, [Second], isHearing: true, Now);
        Assert.IsType<Verdict.Well>(
            StuckRules.Judge(signs, Slot, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddHours(1)));
    }

    [Fact]
    public void What_a_stopped_worker_left_running_fails_the_host_that_is_to_prove_itself_soon_and_others_late()
    {
        var signs = HostSigns.None.Looked(First, [Second], isHearing: true, Now);
        Assert.IsType<Verdict.Zombie>(
            StuckRules.Judge(signs, null, isWatched: false, isOnTrial: true, HealthLimits.Default, Now.AddSeconds(20)));
        Assert.IsType<Verdict.Well>(
            StuckRules.Judge(signs, null, isWatched: false, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(20)));
    }

    [Fact]
    public void A_queue_that_moves_is_well_for_as_long_as_it_moves()
    {
        var signs = HostSigns.None;
        foreach (var second in Enumerable.Range(0, 40).Select(i => i * 10))
        {
            signs = signs.Looked(PromptId.Of(Id(second), 1), [], isHearing: true, Now.AddSeconds(second));
            Assert.IsType<Verdict.Well>(Judge(signs, second + 9));
        }
    }

    private static Verdict Judge(HostSigns signs, double second) =>
        StuckRules.Judge(signs, Slot, isWatched: true, isOnTrial: false, HealthLimits.Default, Now.AddSeconds(second));
}
