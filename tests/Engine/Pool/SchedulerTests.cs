using ComfyFunc.Pool;
using ComfyFunc.Runs;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Pool;

public class SchedulerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Capability Anyone = (_, _) => true;

    [Fact]
    public void The_least_busy_host_is_picked()
    {
        var busy = Host("a", 4).Lend(Waiting(1).LeaseOn(new("a")), Now);
        Assert.Equal(new HostId("b"), Scheduler.Pick([busy, Host("b", 1)], Waiting(2), Anyone)?.Id);
    }

    [Fact]
    public void A_host_that_is_not_ready_full_excluded_or_incapable_is_not_picked()
    {
        var full = Host("full", 1).Lend(Waiting(1).LeaseOn(new("full")), Now);
        var draining = Host("draining", 1) with { Status = HostStatus.Draining };
        var run = Waiting(2) with { Placement = Placement.First.Without(new("excluded")) };

        Assert.Null(Scheduler.Pick([full, draining, Host("excluded", 1), Host("incapable", 1)], run, (_, h) => h.Id.Value != "incapable"));
    }

    [Fact]
    public void After_running_out_of_memory_only_a_larger_host_will_do()
    {
        var run = Waiting(1) with { Placement = Placement.First with { LargerThan = new("small") } };
        Assert.Equal(new HostId("large"), Scheduler.Pick([Host("small", 2) with { VramBytes = 8 }, Host("same", 2) with { VramBytes = 8 }, Host("large", 1) with { VramBytes = 24 }], run, Anyone)?.Id);
    }

    [Fact]
    public void No_slot_is_sold_twice_and_none_stays_free_while_somebody_waits() => Gen.Select(Gen.Int[0, 4].Array[1, 5], Gen.Int[0, 20]).Sample((slots, waiting) =>
    {
        var pool = slots.Select((s, i) => Host($"h{i}", s)).ToArray();
        var plan = Scheduler.Assign(pool, Enumerable.Range(0, waiting).Select(Waiting), Anyone, Now);

        Assert.All(pool, h => Assert.InRange(plan.Count(l => l.Host == h.Id), 0, h.Slots));
        Assert.Equal(Math.Min(slots.Sum(), waiting), plan.Length);
        Assert.Equal(plan.Length, plan.Select(l => l.Run).Distinct().Count());
    });

    [Fact]
    public void The_oldest_goes_first_and_one_that_nobody_can_take_holds_up_no_other()
    {
        var plan = Scheduler.Assign([Host("a", 1)], [Waiting(3), Waiting(1), Waiting(2)], (run, _) => run.Run != Waiting(1).Run, Now);
        Assert.Equal(Waiting(2).Run, Assert.Single(plan).Run);
    }

    private static PoolHost Host(string id, int slots) => new() { Id = new(id), Url = new("http://x/"), Slots = slots, RegisteredAt = Now };

    private static WaitingRun Waiting(int number) => new() { Run = new($"01ARZ3NDEKTSV4RRFFQ69G5F{number:00}"), Placement = Placement.First, Since = Now.AddSeconds(number), Needs = new() };
}
