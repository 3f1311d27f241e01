using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>What a waiting run is said to wait for.</summary>
public class WaitReasonTests
{
    private static readonly WaitingRun Run = Waiting(1);

    [Fact]
    public void A_pool_that_is_empty_or_does_not_answer_has_no_host()
    {
        Assert.Equal(WaitCause.NoHost, Of([]).Cause);
        Assert.Equal(WaitCause.NoHost, Of([Host("a") with { Status = HostStatus.Offline }], capable: (_, _) => false).Cause);
        Assert.Equal(WaitCause.NoCapableHost, Of([Host("a")], capable: (_, _) => false).Cause);
    }

    [Theory]
    [InlineData(HostStatus.Offline, WaitCause.HostOffline, "a does not answer.")]
    [InlineData(HostStatus.Draining, WaitCause.HostDraining, "a is draining (Someone is at it).")]
    [InlineData(HostStatus.Quarantined, WaitCause.HostQuarantined, "a is quarantined (Someone is at it).")]
    [InlineData(HostStatus.WarmingUp, WaitCause.HostWarmingUp, "a is warming up.")]
    public void Hosts_that_take_no_work_are_named_with_their_state(HostStatus status, WaitCause cause, string message)
    {
        var host = Host("a") with { Status = status, Reason = "Someone is at it." };
        Assert.Equal(new WaitReason(cause, message), Of([host, Host("cannot")], capable: (_, h) => h.Id.Value == "a"));
    }

    [Fact]
    public void Of_several_that_take_no_work_the_one_that_is_back_first_gives_the_reason() => Assert.Equal(
        new WaitReason(WaitCause.HostQuarantined, "c is quarantined; b is draining; a does not answer."),
        Of([
            Host("a") with { Status = HostStatus.Offline }, Host("b") with { Status = HostStatus.Draining },
            Host("c") with { Status = HostStatus.Quarantined },
        ]));

    [Fact]
    public void Full_hosts_are_busy_by_loads_or_by_prompts_of_others()
    {
        var busy = Host("a", 1).Proven().Busy(2);
        var loading = busy with { Leases = [busy.Leases[0] with { Loads = ["m.pt"] }] };
        loading = loading with { Times = loading.Times.After(new("x", [new("m.pt", 10)], ["m.pt"], 40, Now)) };
        var blocked = Host("a") with { Foreign = new(1, Now.AddMinutes(-1)) };

        Assert.Equal(new WaitReason(WaitCause.SlotsBusy, "All slots of a, b are lent."), Of([busy, busy with { Id = new("b") }]));
        Assert.Equal(new WaitReason(WaitCause.ModelsLoading, "a is loading m.pt for a run before it."), Of([loading]));
        Assert.Equal(WaitCause.SlotsBusy, Of([loading], at: Now.AddMinutes(5)).Cause);
        Assert.Equal(new WaitReason(WaitCause.ForeignWork, "a is busy with prompts of others."), Of([blocked]));
        Assert.Equal(WaitCause.SlotsBusy, Of([blocked, busy with { Id = new("b") }]).Cause);
    }

    [Fact]
    public void Where_a_slot_is_open_it_goes_to_others_or_to_the_run_or_the_run_is_held_back()
    {
        var open = Host("open").Proven();
        var warm = Host("warm", 1).Proven().Busy(2, seconds: 1).Holding("m.pt");
        var wants = Waiting(90, "w@1", "m.pt");

        Assert.Equal(WaitCause.BeingPlaced, Of([open]).Cause);
        Assert.Equal(WaitCause.OthersFirst, WaitReason.Of(Run, [open], Anyone, outlook: null, Now).Cause);
        Assert.Equal(WaitCause.HeldForModels, Of([open, warm], run: wants).Cause);
    }

    [Fact]
    public void A_host_that_warms_up_is_at_work_for_its_own_warm_up()
    {
        var host = Host("a") with { Status = HostStatus.WarmingUp };
        Assert.Equal(WaitCause.BeingPlaced, Of([host], run: Run with { Work = Run.Work with { Demands = new() { Host = host.Id } } }).Cause);
    }

    private static WaitReason Of(PoolHost[] pool, Capability? capable = null, WaitingRun? run = null, DateTimeOffset? at = null)
    {
        var (wanted, can, now) = (run ?? Run, capable ?? Anyone, at ?? Now);
        var outlooks = Scheduler.Foresee(pool, WaitingQueue.Of([wanted]), new HashSet<RunId>(), can, now, 10);
        return WaitReason.Of(wanted, pool, can, outlooks.GetValueOrDefault(wanted.Run), now);
    }
}
