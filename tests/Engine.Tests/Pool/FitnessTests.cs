using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>Why a host can never take a run, and what runs demand.</summary>
public class FitnessTests
{
    private static readonly PoolHost A = Host("a") with { VramBytes = 100 };
    private static readonly PoolHost B = Host("b") with { VramBytes = 200 };
    private static readonly ImmutableSortedDictionary<string, string> Gold =
        ImmutableSortedDictionary<string, string>.Empty.Add("tier", "gold");

    [Fact]
    public void A_run_that_is_meant_for_one_host_fits_no_other()
    {
        var run = Demanding(new() { Host = new("b") });
        Assert.Equal((Unfitness.NotTheOne, Unfitness.None), (Of(run, A), Of(run, B)));
    }

    [Fact]
    public void A_host_must_carry_every_label_with_its_value()
    {
        var run = Demanding(new() { Labels = Gold });
        Assert.Equal(Unfitness.LacksLabels, Of(run, A));
        Assert.Equal(Unfitness.LacksLabels, Of(run, A with { Labels = Gold.SetItem("tier", "iron") }));
        Assert.Equal(Unfitness.None, Of(run, A with { Labels = Gold.Add("zone", "x") }));
        Assert.Equal(Unfitness.LacksLabels, Of(Demanding(new() { Labels = Gold.Add("zone", "y") }), A with { Labels = Gold }));
    }

    [Fact]
    public void A_host_must_have_the_memory_that_is_demanded()
    {
        Assert.Equal(Unfitness.TooSmall, Of(Demanding(new() { MinVramBytes = 101 }), A));
        Assert.Equal(Unfitness.None, Of(Demanding(new() { MinVramBytes = 100 }), A));
    }

    [Fact]
    public void After_running_out_of_memory_a_host_must_have_more_than_that_one_had()
    {
        var run = Waiting(1) with { Placement = Placement.First with { LargerThan = A.Id } };
        Assert.Equal((Unfitness.TooSmall, Unfitness.None), (Of(run, A with { Id = new("c") }), Of(run, B)));
        Assert.Equal(Unfitness.None, Feasibility.Of(run, A with { Id = new("c") }, [B], Anyone)); // The small host has left the pool.
    }

    [Fact]
    public void A_host_that_lacks_nodes_or_files_is_incapable() =>
        Assert.Equal(Unfitness.Incapable, Feasibility.Of(Waiting(1), A, [A, B], (_, host) => host != A));

    [Fact]
    public void A_host_that_refused_the_run_or_failed_it_does_not_fit()
    {
        Assert.Equal(Unfitness.Refused, Of(Waiting(1) with { Placement = Placement.First with { Refused = [A.Id] } }, A));
        Assert.Equal(Unfitness.Excluded, Of(Waiting(1) with { Placement = Placement.First with { Excluded = [A.Id] } }, A));
    }

    [Theory]
    [InlineData(HostStatus.Offline, HostStatus.Offline, Prospect.NobodyThere)]
    [InlineData(HostStatus.Offline, HostStatus.Ready, Prospect.None)]
    public void A_run_that_nobody_can_take_is_kept_only_while_nobody_is_there(HostStatus a, HostStatus b, Prospect prospect)
    {
        PoolHost[] pool = [A with { Status = a }, B with { Status = b }];
        Assert.Equal(prospect, Feasibility.ProspectOf(Waiting(1), pool, (_, _) => false));
    }

    [Fact]
    public void A_run_that_waits_for_a_larger_GPU_or_a_second_opinion_is_not_kept_for_whoever_comes()
    {
        var larger = Placement.First with { LargerThan = A.Id };
        var doubt = Placement.First with { Doubt = new(A.Id, new(FaultCode.NodeFailed, "x")) };
        Assert.Equal(Prospect.None, Feasibility.ProspectOf(Waiting(1) with { Placement = larger }, [], Anyone));
        Assert.Equal(Prospect.None, Feasibility.ProspectOf(Waiting(1) with { Placement = doubt }, [], Anyone));
    }

    [Fact]
    public void Of_two_demands_the_more_particular_wins_and_the_larger_memory_counts()
    {
        var general = new Demands { Labels = Gold.Add("zone", "x"), MinVramBytes = 5, Host = A.Id };
        var both = general.And(new() { Labels = Gold.SetItem("tier", "iron"), MinVramBytes = 3 });
        Assert.Equal("tier=iron,zone=x|5|a", both.Key);
        Assert.Equal("tier=gold,zone=x|7|b", general.And(new() { MinVramBytes = 7, Host = B.Id }).Key);
    }

    [Fact]
    public void Demands_that_differ_have_different_keys_and_none_has_none()
    {
        Demands[] all = [Demands.None, new() { Labels = Gold }, new() { MinVramBytes = 1 }, new() { Host = A.Id }];
        Assert.Equal(["", "tier=gold|0|", "|1|", "|0|a"], all.Select(d => d.Key));
    }

    [Fact]
    public void Attempts_that_may_go_to_the_same_hosts_have_the_same_key()
    {
        var first = Placement.First;
        Assert.Equal(["", "a,b||", "a,b||", "|a|", "||a"], new[]
        {
            first.Next(), first.Without(A.Id).Without(B.Id), first.Without(B.Id).Without(A.Id),
            first with { Refused = [A.Id] }, first with { LargerThan = A.Id },
        }.Select(p => p.Key));
    }

    private static WaitingRun Demanding(Demands demands) => Waiting(1) with { Work = Waiting(1).Work with { Demands = demands } };

    private static Unfitness Of(WaitingRun run, PoolHost host) => Feasibility.Of(run, host, [A, B], Anyone);
}
