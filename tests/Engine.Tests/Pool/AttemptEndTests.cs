using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>What a host's row learns from the end of an attempt.</summary>
public class AttemptEndTests
{
    private static readonly DateTimeOffset Later = Now.AddSeconds(10);
    private static readonly HeldSlot Slot = new(Id(1), 1, Now) { Work = "w@1", Inputs = "x", Needs = "n", Client = "c", Models = ["a.pt"] };
    private static readonly PoolHost Busy = (Host("a") with { CatalogHash = "k" }).Lend(Slot);

    [Theory]
    [InlineData(AttemptEnding.Succeeded)]
    [InlineData(AttemptEnding.NodeFailed)]
    [InlineData(AttemptEnding.OutOfMemory)]
    [InlineData(AttemptEnding.Unanswered)]
    [InlineData(AttemptEnding.Vanished)]
    [InlineData(AttemptEnding.Lost)]
    [InlineData(AttemptEnding.Refused)]
    [InlineData(AttemptEnding.Other)]
    public void However_an_attempt_ends_its_slot_is_given_back_and_its_client_has_had_its_time(AttemptEnding how)
    {
        var after = End(how);
        Assert.Empty(after.Leases);
        Assert.Equal([new Service("c", 0, 10, Later)], after.Services);
    }

    [Fact]
    public void A_failed_node_counts_against_its_host() => Assert.Equal(1, End(AttemptEnding.NodeFailed).Record.Failures);

    [Fact]
    public void What_was_canceled_says_nothing_of_its_host() => Assert.Equal(HostRecord.Clean, End(AttemptEnding.Other).Record);

    [Fact]
    public void A_success_proves_its_inputs() => Assert.Equal(["x"], End(AttemptEnding.Succeeded).Record.Proofs);

    [Fact]
    public void A_success_that_was_answered_from_the_cache_teaches_no_times() =>
        Assert.Empty(End(AttemptEnding.Succeeded).Times.Works);

    [Fact]
    public void A_success_teaches_its_time_and_that_a_model_had_to_be_loaded_which_was_thought_held()
    {
        var host = (Busy with { Leases = [], Residency = Busy.Residency with { Capacity = 3 } }).Lend(Slot);
        var after = new AttemptEnd(Slot.On(host.Id), AttemptEnding.Succeeded, Seen("a.pt")).Over(host, HealthLimits.Default, Later);
        Assert.Equal(2, after.Residency.Capacity);
        Assert.Contains("w@1", after.Times.Works);
    }

    [Fact]
    public void A_model_that_was_thought_to_be_loaded_and_was_not_shows_that_the_host_keeps_more()
    {
        var host = (Busy with { Leases = [] }).Lend(Slot with { Loads = ["a.pt"] });
        Assert.Equal(2, Over(host, Seen()).Residency.Capacity);
        Assert.Equal(1, Over(host, Seen("a.pt")).Residency.Capacity);
        Assert.Equal(1, Over(Busy, Seen()).Residency.Capacity);
    }

    [Fact]
    public void What_ran_out_of_memory_is_remembered_and_its_models_are_gone()
    {
        var after = End(AttemptEnding.OutOfMemory);
        Assert.True(after.Times.Works["w@1"].OutOfMemory);
        Assert.Empty(after.Residency.Sets);
    }

    [Theory]
    [InlineData(AttemptEnding.Unanswered)]
    [InlineData(AttemptEnding.Lost)]
    public void A_prompt_that_may_still_be_there_is_to_be_taken_off_when_its_host_answers(AttemptEnding how) =>
        Assert.Equal([Slot.On(Busy.Id).Prompt], End(how).Orphans);

    [Fact]
    public void A_host_that_did_not_answer_has_one_loss_more_and_one_that_is_known_to_be_lost_has_not()
    {
        Assert.Equal(1, End(AttemptEnding.Unanswered).Record.Losses);
        Assert.Equal(0, End(AttemptEnding.Lost).Record.Losses);
    }

    [Fact]
    public void No_more_than_the_latest_64_prompts_are_to_be_taken_off()
    {
        var host = Enumerable.Range(1, 70).Aggregate(Host("a", slots: 99), (h, i) =>
        {
            var slot = Slot with { Run = Id(i) };
            return new AttemptEnd(slot.On(h.Id), AttemptEnding.Lost).Over(h.Lend(slot), HealthLimits.Default, Now);
        });
        Assert.Equal(64, host.Orphans.Length);
        Assert.Equal((Slot with { Run = Id(70) }).On(host.Id).Prompt, host.Orphans[^1]);
    }

    [Fact]
    public void A_host_that_forgot_the_prompt_which_it_executed_is_suspected_to_have_died_of_it()
    {
        var after = End(AttemptEnding.Vanished);
        Assert.Equal([new Suspicion("w@1", "x", Later)], after.Record.Suspicions);
        Assert.Equal((1, 0), (after.Record.Losses, after.Residency.Sets.Length));
    }

    [Fact]
    public void A_host_that_forgot_a_prompt_in_its_queue_has_lost_its_models_and_nothing_else()
    {
        var second = Slot with { Run = Id(2) };
        var after = new AttemptEnd(second.On(Busy.Id), AttemptEnding.Vanished).Over(Busy.Lend(second), HealthLimits.Default, Later);
        Assert.Equal((0, 0), (after.Record.Losses, after.Residency.Sets.Length));
        Assert.Empty(after.Record.Suspicions);
    }

    [Theory]
    [InlineData(false, "x")]
    [InlineData(true, null)]
    public void A_refusal_is_remembered_with_the_values_that_it_is_for(bool all, string? inputs)
    {
        var end = new AttemptEnd(Slot.On(Busy.Id), AttemptEnding.Refused) { Refusal = "It lacks a node.", RefusesAllValues = all };
        Assert.Equal([new Refusal("n", inputs, "k", "It lacks a node.")], end.Over(Busy, HealthLimits.Default, Later).Record.Refusals);
    }

    [Fact]
    public void A_refusal_that_says_nothing_is_remembered_as_such() =>
        Assert.Equal([new Refusal("n", "x", "k", "")], End(AttemptEnding.Refused).Record.Refusals);

    [Fact]
    public void An_attempt_that_holds_no_slot_changes_nothing() =>
        Assert.Same(Busy, new AttemptEnd(Slot.On(new("b")), AttemptEnding.NodeFailed).Over(Busy, HealthLimits.Default, Later));

    private static PoolHost End(AttemptEnding how) => new AttemptEnd(Slot.On(Busy.Id), how).Over(Busy, HealthLimits.Default, Later);

    private static PoolHost Over(PoolHost host, Observation seen) =>
        new AttemptEnd(Slot.On(host.Id), AttemptEnding.Succeeded, seen).Over(host, HealthLimits.Default, Later);

    private static Observation Seen(params string[] loaded) => new("w@1", [new ModelFile("a.pt", 5)], [.. loaded], 6, Later);
}
