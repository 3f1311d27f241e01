using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;
using CsCheck;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

public class SchedulerTests
{
    [Fact]
    public void A_warm_host_with_little_to_do_beats_an_idle_one_that_would_have_to_load()
    {
        var warm = Host("warm").Proven().Busy(1, seconds: 4).Holding("a.safetensors");
        Assert.Equal("warm", Pick([warm, Host("idle")], Waiting(2, "w@1", "a.safetensors")));
    }

    [Fact]
    public void An_idle_host_beats_a_warm_one_whose_backlog_outweighs_the_load()
    {
        var warm = Host("warm").Proven().Busy(1, seconds: 40).Holding("a.safetensors");
        Assert.Equal("idle", Pick([warm, Host("idle")], Waiting(2, "w@1", "a.safetensors")));
    }

    [Fact]
    public void What_cache_marks_ask_to_keep_weighs_three_times()
    {
        var run = Waiting(2, "w@1", "a.safetensors");
        var warm = Host("warm").Proven().Busy(1, seconds: 20).Holding("a.safetensors");
        Assert.Equal("idle", Pick([warm, Host("idle")], run));
        Assert.Equal("warm", Pick([warm, Host("idle")], run with { Work = run.Work with { Pinned = ["a.safetensors"] } }));
    }

    [Fact]
    public void Equal_hosts_are_told_apart_by_who_used_the_model_last_and_then_by_who_rested_longest()
    {
        var both = Host("b") with { Residency = new Residency { Capacity = 2 }.Use(["a.pt"], [], Now).Use(["x.pt"], [], Now) };
        var last = Host("c") with { Residency = new Residency { Capacity = 2 }.Use(["x.pt"], [], Now).Use(["a.pt"], [], Now) };
        Assert.Equal("c", Pick([both.Proven(), last.Proven()], Waiting(1, "w@1", "a.pt")));

        var worked = Host("a").Proven().Busy(1, seconds: 0);
        Assert.Equal("z", Pick([worked, Host("z")], Waiting(2)));
    }

    [Theory]
    [InlineData(Scheduler.LargePool - 1, "h1")]
    [InlineData(Scheduler.LargePool, "h0")]
    public void In_a_large_pool_the_first_is_taken_of_those_that_rested_about_as_long(int hosts, string picked)
    {
        var pool = Enumerable.Range(0, hosts).Select(i =>
            Host($"h{i}") with { Residency = new Residency().Use(["x.pt"], [], Now.AddSeconds(i == 1 ? -13 : -8)) }).ToArray();
        Assert.Equal(picked, Pick(pool, Waiting(1)));
        Assert.Equal($"h{hosts - 1}", Pick([.. pool.Reverse().Where(h => h.Id.Value != "h1")], Waiting(1)));
    }

    [Fact]
    public void A_run_goes_where_its_own_times_are_better()
    {
        var pool = new[] { Host("slow").Proven(seconds: 30), Host("swift").Proven(seconds: 5).Busy(1, seconds: 10) };
        Assert.Equal("swift", Pick(pool, Waiting(2)));
    }

    [Fact]
    public void A_host_that_is_not_ready_full_excluded_incapable_too_small_or_labelled_otherwise_is_not_picked()
    {
        var run = Waiting(2) with { Placement = Placement.First.Without(new("excluded")) };
        run = run with
        {
            Work = run.Work with
            { Demands = new() { MinVramBytes = 8, Labels = ImmutableSortedDictionary<string, string>.Empty.Add("zone", "eu") } }
        };
        var zone = run.Work.Demands.Labels;
        PoolHost[] pool =
        [
            (Host("full", 1) with { VramBytes = 8, Labels = zone }).Busy(1),
            Host("draining") with { VramBytes = 8, Labels = zone, Status = HostStatus.Draining },
            Host("warming") with { VramBytes = 8, Labels = zone, Status = HostStatus.WarmingUp },
            Host("quarantined") with { VramBytes = 8, Labels = zone, Status = HostStatus.Quarantined, RetryAt = Now.AddSeconds(1) },
            Host("excluded") with { VramBytes = 8, Labels = zone },
            Host("incapable") with { VramBytes = 8, Labels = zone },
            Host("small") with { VramBytes = 7, Labels = zone },
            Host("elsewhere") with { VramBytes = 8, Labels = zone.SetItem("zone", "us") },
        ];
        Capability capable = (_, h) => h.Id.Value != "incapable";

        Assert.Null(Scheduler.Pick(pool, run, capable, Now));
        Assert.NotNull(Scheduler.Pick([.. pool, Host("right") with { VramBytes = 8, Labels = zone }], run, capable, Now));
    }

    [Fact]
    public void After_running_out_of_memory_only_a_larger_host_will_do()
    {
        var run = Waiting(1) with { Placement = Placement.First with { LargerThan = new("small") } };
        Assert.Equal("large",
            Pick([Host("small") with { VramBytes = 8 }, Host("same") with { VramBytes = 8 }, Host("large") with { VramBytes = 24 }], run));
    }

    [Fact]
    public void The_higher_priority_goes_first_but_a_minute_of_waiting_makes_up_for_one_step()
    {
        var pool = new[] { Host("a", 1).Proven() };
        var young = Waiting(1) with { Priority = 1, Since = Now };
        Assert.Equal(young.Run, Assert.Single(Assign(pool, [Waiting(2) with { Since = Now.AddSeconds(-59) }, young])).Slot.Run);
        Assert.Equal(Waiting(3).Run, Assert.Single(Assign(pool, [Waiting(3) with { Since = Now.AddSeconds(-121) }, young])).Slot.Run);
    }

    [Fact]
    public void Clients_share_the_pool_fairly_whatever_they_ask_for()
    {
        var greedy = Enumerable.Range(0, 20).Select(i => Waiting(i) with { Client = "greedy" });
        var modest = Enumerable.Range(50, 2).Select(i => Waiting(i) with { Client = "modest" });
        var plan = Assign([Host("a", 2).Proven(), Host("b", 2).Proven()], [.. greedy, .. modest]);
        Assert.Equal(2, plan.Count(p => p.Slot.Client == "modest"));
    }

    [Fact]
    public void On_one_slot_too_the_client_that_had_less_of_late_is_next()
    {
        var served = new AttemptEnd(Waiting(1).LeaseOn(new("a")), AttemptEnding.Other).Over(Host("a", 1).Proven().Busy(1, client: "greedy"),
            HealthLimits.Default, Now.AddSeconds(8));
        var greedy = Waiting(2) with { Client = "greedy", Since = Now.AddMinutes(-30) };
        var modest = Waiting(3) with { Client = "modest", Since = Now.AddSeconds(9) };
        Assert.Equal("modest", Assert.Single(Scheduler.Assign([served], [greedy, modest], Anyone, Now.AddSeconds(10))).Slot.Client);
    }

    [Fact]
    public void When_a_slot_comes_free_the_run_whose_model_is_there_goes_before_an_older_one_that_would_have_to_load()
    {
        var pool = new[] { Host("a", 1).Proven().Proven("v@1").Holding("a.pt") };
        var older = Waiting(1, "v@1", "b.pt") with { Since = Now.AddSeconds(-15) };
        var warm = Waiting(2, "w@1", "a.pt") with { Since = Now.AddSeconds(-1) };
        Assert.Equal(warm.Run, Assert.Single(Assign(pool, [older, warm])).Slot.Run);

        var patient = older with { Since = Now.AddSeconds(-40) };
        Assert.Equal(patient.Run, Assert.Single(Assign(pool, [patient, warm])).Slot.Run);
    }

    [Fact]
    public void A_run_waits_for_a_full_host_only_while_that_ends_it_sooner_and_not_for_long()
    {
        var full = Host("full", 1).Proven().Busy(1, seconds: 3).Holding("a.pt");
        var run = Waiting(2, "w@1", "a.pt") with { Since = Now };
        Assert.Null(Pick([full, Host("cold")], run));
        Assert.Equal("cold", Pick([full, Host("cold")], run with { Since = Now.AddSeconds(-30) }));
        Assert.Equal("cold", Pick([Host("full", 1).Proven().Busy(1, seconds: 30).Holding("a.pt"), Host("cold")], run));
    }

    [Fact]
    public void Not_all_wait_for_one_warm_host()
    {
        var full = Host("full", 1).Proven().Busy(1, seconds: 3).Holding("a.pt");
        var plan = Assign([full, Host("b", 1), Host("c", 1)],
            [.. Enumerable.Range(2, 20).Select(i => Waiting(i, "w@1", "a.pt") with { Since = Now.AddSeconds(-i) })]);
        Assert.Equal(2, plan.Length);
    }

    [Fact]
    public void A_cold_run_goes_where_it_pushes_out_the_model_that_is_missed_least()
    {
        var popular = Host("a").Proven().Holding("p.pt");
        var stale = Host("b").Proven() with { Residency = new Residency().Use(["q.pt"], [], Now.AddMinutes(-10)) };
        Assert.Equal("b", Pick([popular, stale], Waiting(1, "w@1", "new.pt") with { Since = Now }));

        var copied = Host("c").Proven().Holding("p.pt");
        Assert.Equal("a", Pick([popular, copied, Host("d").Proven().Holding("r.pt")], Waiting(1, "w@1", "new.pt") with { Since = Now }));
    }

    [Fact]
    public void The_longer_the_queue_the_more_a_load_is_avoided()
    {
        PoolHost[] pool = [Host("a", 1).Proven().Proven("v@1").Holding("a.pt")];
        var older = Waiting(1, "v@1", "b.pt") with { Since = Now.AddSeconds(-25) };
        WaitingRun[] some = [older, Waiting(2, "w@1", "a.pt") with { Since = Now }];
        WaitingRun[] many = [older, .. Enumerable.Range(2, 10).Select(i => Waiting(i, "w@1", "a.pt") with { Since = Now })];
        Assert.Equal("v@1", Assert.Single(Assign(pool, [.. some])).Slot.Work);
        Assert.Equal("w@1", Assert.Single(Assign(pool, [.. many])).Slot.Work);

        var gone = many.Skip(2).Select(r => r.Run).ToHashSet(); // They wait no more.
        Assert.Equal("v@1", Assert.Single(Scheduler.Assign(pool, WaitingQueue.Of(many), gone, Anyone, Now)).Slot.Work);
    }

    [Fact]
    public void A_version_that_has_never_ended_well_is_put_on_two_hosts_at_most()
    {
        PoolHost[] pool = [Host("a"), Host("b"), Host("c"), Host("d")];
        var plan = Assign(pool, [.. Enumerable.Range(1, 8).Select(i => Waiting(i, "new@1"))]);
        Assert.Equal(4, plan.Length);
        Assert.Equal(2, plan.Select(p => p.Host).Distinct().Count());

        pool[3] = pool[3].Proven("new@1");
        Assert.Equal(8, Assign(pool, [.. Enumerable.Range(1, 8).Select(i => Waiting(i, "new@1"))]).Length);
    }

    [Fact]
    public void A_quarantined_host_whose_rest_is_over_gets_one_run_when_the_others_are_busy()
    {
        var resting = Host("rest") with { Status = HostStatus.Quarantined, RetryAt = Now };
        var busy = Host("busy", 3).Proven().Busy(1, seconds: 30);
        var plan = Assign([resting.Proven(), busy], [Waiting(2), Waiting(3), Waiting(4)]);
        Assert.Single(plan, p => p.Host == resting.Id);
        Assert.Equal("idle", Pick([resting, Host("idle").Proven()], Waiting(5)));
    }

    [Fact]
    public void A_host_that_warms_up_takes_its_own_warm_up_and_nothing_else()
    {
        var joining = Host("new") with { Status = HostStatus.WarmingUp, WarmUp = "warm" };
        var own = Waiting(1) with { Work = Waiting(1).Work with { Demands = new() { Host = joining.Id } } };
        Assert.Null(Scheduler.Pick([joining], Waiting(2), Anyone, Now));
        Assert.Equal("new", Pick([joining, Host("other")], own));
    }

    [Fact]
    public void A_plan_over_a_row_that_has_changed_is_not_carried_out()
    {
        var host = Host("a");
        var planned = Scheduler.Pick([host], Waiting(1), Anyone, Now)!;
        Assert.NotNull(planned.Over(host, Now));
        Assert.Null(planned.Over(host.Busy(7), Now));
        Assert.Null(planned.Over(host with { Status = HostStatus.Draining }, Now));
    }

    [Fact]
    public void No_slot_is_sold_twice_and_none_stays_open_while_a_run_waits_that_it_could_take() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 6], Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[-2, 2]).Array[0, 30], Gen.Int[0, 63])
        .Sample((slots, asked, able) =>
        {
            var pool = slots.Select((s, i) => Enumerable.Range(0, 5).Aggregate(Host($"h{i}", s), (h, w) => h.Proven($"w{w}@1"))).ToArray();
            var waiting =
                asked.Select((a, i) => Waiting(i, $"w{a.Item1}@1", $"m{a.Item1}.pt") with { Client = $"c{a.Item2}", Priority = a.Item3 })
                .ToArray();
            Capability capable = (run, host) => ((able >> (host.Id.Value[1] - '0')) & 1) == 0 || run.Priority >= 0;
            var plan = Scheduler.Assign(pool, waiting, capable, Now);

            Assert.Equal(plan.Length, plan.Select(p => p.Slot.Run).Distinct().Count());
            Assert.All(pool, h => Assert.InRange(plan.Count(p => p.Host == h.Id), 0, h.Slots));
            var open = pool.Where(h => plan.Count(p => p.Host == h.Id) < h.Slots).ToArray();
            Assert.DoesNotContain(waiting.Where(w => plan.All(p => p.Slot.Run != w.Run)), w => open.Any(h => capable(w, h)));
        });

    [Fact]
    public void A_plan_is_the_same_whether_runs_that_need_the_same_stand_in_one_line_or_each_in_its_own() =>
        Gen.Select(Gen.Int[0, 4].Array[1, 4], Gen.Int[0, 3].Array[4], Gen.OneOf(AskedFor(0, 29), AskedFor(30, 300)))
        .Sample((slots, held, asked) =>
        {
            var pool = slots.Select((s, i) => Enumerable.Range(0, 4)
                .Aggregate(Host($"h{i}", s).Holding($"m{held[i]}.pt"), (h, w) => h.Proven($"w{w}@1", 1 + (3 * w)))).ToArray();
            var alike = asked.Select((a, i) => Waiting(i, $"w{a.Item1}@1", $"m{a.Item1}.pt") with
            {
                Client = $"c{a.Item2}",
                Priority = a.Item3,
                Since = Now.AddSeconds(-a.Item4),
            }).ToArray();

            Assert.Equal(Pairs(alike), Pairs([.. alike.Select(Unlike)]));

            IEnumerable<(RunId, HostId)> Pairs(WaitingRun[] waiting) => Assign(pool, waiting).Select(a => (a.Slot.Run, a.Host));
        });

    [Fact]
    public void Of_many_runs_of_which_no_two_are_alike_only_those_are_looked_at_that_may_be_next()
    {
        var looked = new HashSet<RunId>();
        var plan = Scheduler.Assign([Host("a", 2).Proven(), Host("b", 2).Proven()],
            [.. Enumerable.Range(0, 5_000).Select(i => Unlike(Waiting(i) with { Since = Now.AddSeconds(-5_000 + i) }))],
            (run, _) => looked.Add(run.Run) || true, Now);
        Assert.Equal(Enumerable.Range(0, 4).Select(Id), plan.Select(a => a.Slot.Run));
        Assert.InRange(looked.Count, 4, 50);
    }

    [Fact]
    public void A_line_whose_oldest_run_has_its_slot_already_stands_where_the_next_one_does()
    {
        var (served, young) = (Waiting(1) with { Since = Now.AddSeconds(-300) }, Waiting(2) with { Since = Now.AddSeconds(-1) });
        var older = Unlike(Waiting(3) with { Since = Now.AddSeconds(-200) });
        var plan = Scheduler.Assign([Host("a", 1).Proven()], WaitingQueue.Of([served, young, older]),
            new HashSet<RunId> { served.Run }, Anyone, Now);
        Assert.Equal(older.Run, Assert.Single(plan).Slot.Run);
    }

    // Workflow, client, priority and how many seconds ago. Runs on either side of the longest hold are not alike: a full host may be the
    // best for the younger, but the oldest of a line goes first.
    private static Gen<(int, int, int, int)[]> AskedFor(int least, int most) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[-1, 1], Gen.Int[least, most]).Array[0, 40];

    // One that wants a number which no other run wants.
    private static WaitingRun Unlike(WaitingRun run) =>
        run with { Work = run.Work with { Needs = Requirements.Of([run.Work.Name, run.Run.Value], []) } };

    private static string? Pick(PoolHost[] pool, WaitingRun run) => Scheduler.Pick(pool, run, Anyone, Now)?.Host.Value;

    private static ImmutableArray<Assignment> Assign(PoolHost[] pool, WaitingRun[] waiting) => Scheduler.Assign(pool, waiting, Anyone, Now);
}
