using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>Whether waiting makes sense.</summary>
public class FeasibilityTests
{
    private static readonly Capability Nobody = (_, _) => false;

    [Fact]
    public void An_empty_pool_and_one_that_is_away_are_waited_for()
    {
        Assert.Equal(Prospect.NobodyThere, Feasibility.ProspectOf(Waiting(1), [], Anyone));
        Assert.Equal(Prospect.NobodyThere, Feasibility.ProspectOf(Waiting(1), [Host("a") with { Status = HostStatus.Offline }], Nobody));
        Assert.Equal(Prospect.Good, Feasibility.ProspectOf(Waiting(1), [Host("a") with { Status = HostStatus.Offline }], Anyone));
        Assert.Equal(Prospect.None, Feasibility.ProspectOf(Waiting(1), [Host("a")], Nobody));
    }

    [Fact]
    public void A_host_that_failed_the_run_is_better_than_none_but_one_that_refused_it_is_not()
    {
        var failed = Waiting(1) with { Placement = Placement.First.Without(new("a")) };
        Assert.Equal(Prospect.OnlyExcluded, Feasibility.ProspectOf(failed, [Host("a")], Anyone));
        Assert.Equal(Prospect.Good, Feasibility.ProspectOf(failed, [Host("a"), Host("b")], Anyone));
        Assert.Equal(Prospect.None,
            Feasibility.ProspectOf(Waiting(1) with { Placement = Placement.First with { Refused = [new("a")] } }, [Host("a")], Anyone));
    }

    [Fact]
    public void A_file_goes_to_a_host_that_takes_files_so_large()
    {
        var run = Waiting(1) with { Work = Waiting(1).Work with { LargestUploadBytes = 200 } };
        Assert.Equal(Unfitness.TakesSmallerFiles, Feasibility.Of(run, Host("a") with { MaxUploadBytes = 100 }, [], Anyone));
        Assert.Equal(Unfitness.None, Feasibility.Of(run, Host("a") with { MaxUploadBytes = 200 }, [], Anyone));
        Assert.Equal(Unfitness.None, Feasibility.Of(run, Host("a"), [], Anyone));
    }
}
