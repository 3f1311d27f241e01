using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using CsCheck;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>When waiting runs are expected to begin.</summary>
public class ForesightTests
{
    private static readonly ImmutableHashSet<RunId> Nobody = [];

    [Fact]
    public void Runs_begin_when_what_stands_before_them_is_expected_to_have_ended()
    {
        var host = Host("a", 1).Proven(seconds: 6).Busy(9, seconds: 4);
        var seen = Foresee([host], [Waiting(1), Waiting(2), Waiting(3)]);

        Assert.Equal([4.0, 10.0, 16.0], [.. Starts(seen, 1, 2, 3)]);
        Assert.All(seen.Values, o => Assert.Equal((new HostId("a"), false), (o.Host, o.IsOpen)));
    }

    [Fact]
    public void Behind_what_has_never_ended_well_and_behind_others_nobody_knows_when()
    {
        var pool = new[] { Host("a", 1).Proven().Busy(9, seconds: 4) };
        var unknown = Waiting(2, "new@1") with { Priority = 5 };

        Assert.Equal([null, 4.0], [.. Starts(Foresee(pool, [Waiting(1), unknown]), 1, 2)]);
        Assert.Equal([null], [.. Starts(Foresee([Host("a", 1).Proven().Busy(9, "new@1")], [Waiting(1)]), 1)]);
        Assert.Equal([null], [.. Starts(Foresee([pool[0] with { Foreign = new(1, Now) }], [Waiting(1)]), 1)]);
    }

    [Fact]
    public void No_more_are_looked_at_than_are_asked_for()
    {
        var seen = Scheduler.Foresee([Host("a", 1).Proven()], WaitingQueue.Of(Enumerable.Range(1, 50).Select(i => Waiting(i))),
            Nobody, Anyone, Now, most: 7);
        Assert.Equal(Enumerable.Range(1, 7).Select(Id), seen.Keys.OrderBy(r => r.Value, StringComparer.Ordinal));
    }

    [Fact]
    public void What_goes_at_once_is_what_the_plan_would_place() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 8], Gen.Int[0, 30]).Sample((hosts, busy, runs, waited) =>
        {
            var pool = Enumerable.Range(0, hosts)
                .Select(h => Enumerable.Range(0, busy).Aggregate(Host($"h{h}", 2).Proven(), (host, i) => host.Busy((h * 10) + i + 500)))
                .ToArray();
            var queue = WaitingQueue.Of(Enumerable.Range(1, runs).Select(i => Waiting(i) with { Since = Now.AddSeconds(-waited) }));
            var planned = Scheduler.Assign(pool, queue, Nobody, Anyone, Now);
            var seen = Scheduler.Foresee(pool, queue, Nobody, Anyone, Now, 100);

            Assert.Equal(runs, seen.Count);
            Assert.Equal(planned.Select(a => $"{a.Slot.Run} {a.Host}").Order(),
                seen.Where(s => s.Value.IsOpen).Select(s => $"{s.Key} {s.Value.Host}").Order());
        });

    private static ImmutableDictionary<RunId, Outlook> Foresee(PoolHost[] pool, WaitingRun[] waiting) =>
        Scheduler.Foresee(pool, WaitingQueue.Of(waiting), Nobody, Anyone, Now, 100);

    private static IEnumerable<double?> Starts(ImmutableDictionary<RunId, Outlook> seen, params int[] runs) =>
        runs.Select(r => (seen[Id(r)].StartsAt - Now)?.TotalSeconds);
}
