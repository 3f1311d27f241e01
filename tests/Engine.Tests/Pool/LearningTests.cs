using ComfyFunc.Engine.Pool;
using CsCheck;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>What executions teach: times, loads, and how many models a host keeps.</summary>
public class LearningTests
{
    private static readonly ModelFile Checkpoint = new("base.safetensors", 10);
    private static readonly ModelFile Lora = new("style.safetensors", 0.5);

    [Fact]
    public void The_load_time_is_what_a_cold_execution_takes_beyond_a_warm_one()
    {
        var times = LearnedTimes.None.After(Warm(6)).After(Warm(6)).After(Cold(26, Checkpoint));
        Assert.Equal(6, times.Works["w@1"].Seconds, 3);
        Assert.Equal(20, times.Loads[Checkpoint.Name].Seconds, 3);
    }

    [Fact]
    public void A_first_execution_that_loads_is_split_by_the_priors_and_set_right_by_the_next()
    {
        var cold = LearnedTimes.None.After(Cold(32, Checkpoint));
        Assert.Equal(32, cold.Works["w@1"].Seconds + cold.Loads[Checkpoint.Name].Seconds, 3);

        var settled = Enumerable.Range(0, 100).Aggregate(cold, (t, _) => t.After(Warm(5)).After(Cold(32, Checkpoint)));
        Assert.Equal(5, settled.Works["w@1"].Seconds, 0.2);
        Assert.Equal(27, settled.Loads[Checkpoint.Name].Seconds, 0.2);
    }

    [Fact]
    public void Of_two_models_that_are_loaded_together_the_larger_gets_the_larger_share()
    {
        var times = LearnedTimes.None.After(Warm(5)).After(Cold(26, Checkpoint, Lora));
        Assert.Equal(20, times.Loads[Checkpoint.Name].Seconds, 3);
        Assert.Equal(1, times.Loads[Lora.Name].Seconds, 3);
    }

    [Fact]
    public void Times_stay_within_what_was_seen_and_follow_a_change() => Gen.Double[0, 100].Array[1, 40].Sample(seconds =>
    {
        var times = seconds.Aggregate(LearnedTimes.None, (t, s) => t.After(s > 50 ? Cold(s, Checkpoint) : Warm(s)));
        Assert.All(times.Works.Values, t => Assert.InRange(t.Seconds, 0, 100));
        var moved = Enumerable.Range(0, 200).Aggregate(times, (t, _) => t.After(Warm(7)));
        Assert.Equal(7, moved.Works["w@1"].Seconds, 0.1);
    });

    [Fact]
    public void A_row_forgets_what_has_not_run_for_long_before_it_grows_without_end()
    {
        var times = Enumerable.Range(0, 200)
            .Aggregate(LearnedTimes.None, (t, i) => t.After(new Observation($"w@{i}", [], [], 1, Now.AddSeconds(i))));
        Assert.Equal(64, times.Works.Count);
        Assert.True(times.Works.ContainsKey("w@199"));
    }

    [Fact]
    public void A_host_is_expected_to_be_like_the_others_until_it_has_shown_otherwise()
    {
        PoolHost[] pool = [Host("a").Proven(seconds: 4), Host("b").Proven(seconds: 8), Host("c")];
        var estimates = new Estimates(pool);
        Assert.Equal(6, estimates.ExecutionSeconds("w@1", pool[2]));
        Assert.Equal(5, estimates.ExecutionSeconds("w@1", pool[0]));
        Assert.False(estimates.IsProven("other@1"));
    }

    [Fact]
    public void How_many_models_a_host_keeps_is_learned_from_what_it_loaded_and_what_it_did_not()
    {
        var host = Host("a").Proven();
        host = Run(host, 1, "a.pt", loads: true);
        host = Run(host, 2, "b.pt", loads: true);
        Assert.Equal(1, host.Residency.Capacity);

        host = Run(host, 3, "a.pt", loads: false); // It was thought gone.
        Assert.Equal(2, host.Residency.Capacity);
        host = Run(host, 4, "a.pt", loads: true); // It was thought held.
        Assert.Equal(1, host.Residency.Capacity);
    }

    [Fact]
    public void A_slot_that_is_given_back_twice_teaches_once()
    {
        var lease = Waiting(1).LeaseOn(new("a"));
        var end = new AttemptEnd(lease, AttemptEnding.Succeeded, Warm(3));
        var once = end.Over(Host("a").Busy(1), HealthLimits.Default, Now);
        Assert.Same(once, end.Over(once, HealthLimits.Default, Now));
        Assert.Equal(1, once.Times.Works["w@1"].Samples);
    }

    [Fact]
    public void What_remains_on_a_host_counts_down_for_the_first_prompt_only()
    {
        var host = Host("a").Busy(1, seconds: 10).Busy(2, seconds: 10);
        Assert.Equal(20, host.BacklogSeconds(Now));
        Assert.Equal(16, host.BacklogSeconds(Now.AddSeconds(4)));
        Assert.Equal(15, host.BacklogSeconds(Now.AddSeconds(60)));

        var next = host.TakeBack(Waiting(1).LeaseOn(host.Id), Now.AddSeconds(8));
        Assert.Equal(7, next.BacklogSeconds(Now.AddSeconds(11)));
    }

    private static PoolHost Run(PoolHost host, int number, string model, bool loads)
    {
        var run = Waiting(number, "w@1", model);
        var lent = Scheduler.Pick([host], run, Anyone, Now)!.Over(host, Now)!; // The host is idle.
        return new AttemptEnd(run.LeaseOn(host.Id), AttemptEnding.Succeeded,
            new("w@1", [new(model, 10)], loads ? [model] : [], loads ? 16 : 6, Now)).Over(lent, HealthLimits.Default, Now);
    }

    private static Observation Warm(double seconds) => new("w@1", [Checkpoint], [], seconds, Now);

    private static Observation Cold(double seconds, params ModelFile[] loaded) =>
        new("w@1", [.. loaded], [.. loaded.Select(l => l.Name)], seconds, Now);
}
