using System.Collections.Immutable;
using ComfyFunc.Engine.Pool;
using CsCheck;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>When a host is trusted with work.</summary>
public class HealthTests
{
    private static readonly HealthLimits Limits = HealthLimits.Default;

    [Fact]
    public void One_version_that_fails_again_and_again_is_no_fault_of_the_host()
    {
        Assert.Equal(HostStatus.Ready, Fail(Host("a"), 20).Status);
    }

    [Fact]
    public void A_host_is_doubted_at_its_fifth_failure_in_a_row_and_a_success_or_an_acquittal_between_wipes_the_slate()
    {
        Assert.False(HealthRules.IsDoubted(Fail(Host("a"), 3), Limits, Now));
        Assert.True(HealthRules.IsDoubted(Fail(Host("a"), 4), Limits, Now));
        Assert.False(HealthRules.IsDoubted(HealthRules.Succeeded(Fail(Host("a"), 4), "w@0", ""), Limits, Now));
        Assert.False(HealthRules.IsDoubted(HealthRules.Cleared(Fail(Host("a"), 4)), Limits, Now));
    }

    [Fact]
    public void A_host_rests_when_what_failed_there_went_well_elsewhere() =>
        Assert.Equal(HostStatus.Quarantined, HealthRules.Accused(Fail(Host("a"), 5), Limits, Now).Status);

    [Fact]
    public void What_a_host_refused_goes_there_again_when_its_catalog_has_changed()
    {
        var work = Waiting(1).Work with { Inputs = "x" };
        var host = HealthRules.Refused(Host("a") with { CatalogHash = "old" }, work.Needs.Key, "x", "It lacks a node.");
        Assert.Equal(Unfitness.Refused, FitnessOf(host, work));
        Assert.Equal(Unfitness.None, FitnessOf(host, work with { Inputs = "y" }));
        Assert.Equal(Unfitness.None, FitnessOf(host with { CatalogHash = "new" }, work));
        Assert.Equal(Unfitness.Refused,
            FitnessOf(HealthRules.Refused(host, work.Needs.Key, null, "It lacks a node."), work with { Inputs = "y" }));
    }

    [Fact]
    public void A_host_that_said_goodbye_takes_nothing_until_it_speaks_or_answers_anew()
    {
        var left = HealthRules.Left(Host("a"));
        Assert.Equal((HostStatus.Draining, 0, true), (left.Status, left.OpenSlots(Now), left.HasLeft));
        var heard = HealthRules.HeardFrom(left, Now);
        Assert.Equal((HostStatus.Ready, null, false, Now), (heard.Status, heard.Reason, heard.HasLeft, heard.HeartbeatAt));
        var gone = HealthRules.Lost(left, [], "gone", Now);
        Assert.Equal(HostStatus.Offline, gone.Status);
        Assert.Equal((HostStatus.Offline, false), (HealthRules.HeardFrom(gone, Now).Status, HealthRules.HeardFrom(gone, Now).HasLeft));
        var back = HealthRules.Returned(gone, Limits, Now);
        Assert.Equal((HostStatus.Ready, false), (back.Status, back.HasLeft));
        Assert.Equal(HostStatus.WarmingUp, HealthRules.HeardFrom(HealthRules.Left(Host("a") with { WarmUp = "warm" }), Now).Status);
        Assert.False(HealthRules.Released(left).HasLeft);
    }

    [Fact]
    public void A_host_that_a_person_drained_stays_drained_whatever_it_says()
    {
        var drained = Host("a") with { Status = HostStatus.Draining, Reason = "Drained by hand." };
        Assert.Equal(drained, HealthRules.Left(drained));
        Assert.Equal(HostStatus.Draining, HealthRules.HeardFrom(drained, Now).Status);
        Assert.Equal(HostStatus.Draining, HealthRules.Lost(drained, [], "gone", Now).Status);
    }

    [Fact]
    public void What_a_host_has_not_said_anew_of_its_catalog_stays()
    {
        var known = new HostReport { Pack = "1", CatalogHash = "x", Models = ImmutableSortedDictionary<string, int>.Empty, Running = 1 };
        var next = new HostReport { Pack = "2" }.Over(known);
        Assert.Equal(("2", "x", null), (next.Pack, next.CatalogHash, next.Running));
        Assert.NotNull(next.Models);
        Assert.False(new HostReport { Pack = "2" }.IsOfAnotherCatalogThan(known));
        Assert.False(new HostReport { Pack = "2", CatalogHash = "x" }.IsOfAnotherCatalogThan(known));
        Assert.True(new HostReport { Pack = "2", CatalogHash = "y" }.IsOfAnotherCatalogThan(known));
        Assert.True(known.IsOfAnotherCatalogThan(null));
    }

    [Fact]
    public void Each_rest_is_twice_as_long_as_the_one_before_up_to_a_limit()
    {
        var host = Host("a");
        var rests = Enumerable.Range(0, 12)
            .Select(_ => ((host = HealthRules.Quarantined(host, "x", Limits.FirstRest, Limits, Now)).RetryAt!.Value - Now).TotalSeconds)
            .ToArray();
        Assert.Equal([30, 60, 120], rests[..3]);
        Assert.Equal(Limits.LongestRest.TotalSeconds, rests[^1]);
    }

    [Fact]
    public void After_its_rest_a_host_gets_one_run_and_is_released_by_its_success()
    {
        var resting = HealthRules.Quarantined(Host("a"), "x", Limits.FirstRest, Limits, Now);
        Assert.Equal(0, resting.OpenSlots(Now.AddSeconds(29)));
        Assert.Equal(1, resting.OpenSlots(Now.AddSeconds(30)));
        Assert.Equal(0, resting.Busy(1).OpenSlots(Now.AddSeconds(30)));

        var good = HealthRules.Succeeded(resting, "w@1", "");
        Assert.Equal((HostStatus.Ready, null, 2), (good.Status, good.Reason, good.OpenSlots(Now)));
        Assert.True(HealthRules.IsDoubted(resting, Limits, Now.AddSeconds(31)));
        var bad = HealthRules.Accused(resting, Limits, Now.AddSeconds(31));
        Assert.Equal(Now.AddSeconds(31 + 60), bad.RetryAt);
    }

    [Fact]
    public void A_host_that_is_lost_is_ready_when_it_returns_unless_it_is_lost_again_and_again()
    {
        var host = Host("a").Holding("a.pt");
        for (var i = 1; i <= 3; i++)
        {
            host = HealthRules.Lost(host, [], "gone", Now);
            Assert.Equal((HostStatus.Offline, 0), (host.Status, host.Residency.Sets.Length));
            host = HealthRules.Returned(host, Limits, Now);
            Assert.Equal(i < 3 ? HostStatus.Ready : HostStatus.Quarantined, host.Status);
        }
    }

    [Fact]
    public void A_host_with_a_warm_up_warms_up_before_it_takes_calls_again()
    {
        var back = HealthRules.Returned(HealthRules.Lost(Host("a") with { WarmUp = "warm" }, [], "gone", Now), Limits, Now);
        Assert.Equal(HostStatus.WarmingUp, back.Status);
        Assert.Equal(HostStatus.Ready, HealthRules.Succeeded(back, "warm@1", "").Status);
    }

    [Fact]
    public void A_drained_host_stays_drained_whatever_happens() => Gen.Int[0, 6].Array[0, 20].Sample(events =>
    {
        var host = Host("a") with { Status = HostStatus.Draining };
        Assert.Equal(HostStatus.Draining, events.Aggregate(host, Apply).Status);
    });

    [Fact]
    public void Whatever_happens_a_host_that_is_not_ready_says_why_and_one_that_is_says_nothing() =>
        Gen.Int[0, 7].Array[0, 30].Sample(events =>
    {
        var host = Host("a");
        foreach (var e in events)
        {
            host = Apply(host, e);
            Assert.Equal(host.Status is HostStatus.Ready, host.Reason is null);
            Assert.True(host.Status is HostStatus.Quarantined || host.RetryAt is null);
        }
    });

    [Fact]
    public void A_version_that_took_two_hosts_is_placed_no_more_and_one_that_has_ended_well_is_judged_by_its_inputs()
    {
        Assert.True(IsPoison([Lost("a", "bad@1", "x"), Lost("b", "bad@1", "y"), Host("c")], "bad@1", "z"));
        Assert.False(IsPoison([Lost("a", "bad@1", "x"), Host("b"), Host("c")], "bad@1", "x"));
        Assert.False(IsPoison([Lost("a", "w@1", "x"), Lost("b", "w@1", "y"), Host("c").Proven()], "w@1", "x"));
        Assert.True(IsPoison([Lost("a", "w@1", "x"), Lost("b", "w@1", "x"), Host("c").Proven()], "w@1", "x"));
    }

    [Fact]
    public void Inputs_that_have_ended_well_are_not_to_blame_for_hosts_that_die()
    {
        var proof = HealthRules.Succeeded(Host("c").Proven(), "w@1", "x");
        Assert.False(IsPoison([Lost("a", "w@1", "x"), Lost("b", "w@1", "x"), proof], "w@1", "x"));
    }

    [Fact]
    public void Suspicions_are_forgotten_after_an_hour() =>
        Assert.False(
            Poison.Is(new() { Name = "bad@1" }, [Lost("a", "bad@1", "x"), Lost("b", "bad@1", "y")], new Estimates([]), Now.AddMinutes(61)));

    private static bool IsPoison(PoolHost[] pool, string work, string inputs) =>
        Poison.Is(new() { Name = work, Inputs = inputs }, pool, new Estimates(pool), Now);

    private static PoolHost Lost(string id, string work, string inputs) =>
        HealthRules.Lost(Host(id), [new HeldSlot(Id(1), 1, Now) { Work = work, Inputs = inputs }], "gone", Now);

    private static PoolHost Fail(PoolHost host, int times) =>
        Enumerable.Range(0, times).Aggregate(host, (h, _) => HealthRules.NodeFailed(h));

    private static Unfitness FitnessOf(PoolHost host, Workload work) =>
        Feasibility.Of(Waiting(1) with { Work = work }, host, [host], Anyone);

    private static PoolHost Apply(PoolHost host, int e) => e switch
    {
        0 => HealthRules.Succeeded(host, "w@1", "x"),
        1 => HealthRules.NodeFailed(host),
        2 => HealthRules.Lost(host, [], "It is gone.", Now),
        3 => HealthRules.Returned(host, Limits, Now),
        4 => HealthRules.Quarantined(host, "It hangs.", Limits.StuckRest, Limits, Now),
        5 => HealthRules.Unanswered(host, Limits, Now),
        6 => HealthRules.Accused(host, Limits, Now),
        _ => HealthRules.Released(host),
    };
}
