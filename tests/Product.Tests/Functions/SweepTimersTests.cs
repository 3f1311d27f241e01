using System.Reflection;
using ComfyFunc.Functions;
using ComfyFunc.Server.Upkeep;
using Microsoft.Azure.Functions.Worker;
using NCrontab;

namespace ComfyFunc.Tests.Functions;

public class SweepTimersTests
{
    private static readonly DateTime Midnight = new(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string> Names { get; } = [.. Sweep.All.Select(s => s.Name)];

    private static IEnumerable<TimerTriggerAttribute> Timers =>
        from method in typeof(SweepTimers).GetMethods()
        from parameter in method.GetParameters()
        from trigger in parameter.GetCustomAttributes<TimerTriggerAttribute>()
        select trigger;

    [Theory, MemberData(nameof(Names))]
    public void Azures_timers_ring_when_a_sweep_is_due(string name)
    {
        var sweep = Sweep.All.Single(s => s.Name == name);
        var rings = CrontabSchedule.Parse(sweep.Cron, new() { IncludingSeconds = true })
            .GetNextOccurrences(Midnight, Midnight.AddHours(3)).ToArray();
        Assert.NotEmpty(rings.Skip(2));
        Assert.All(rings.Zip(rings.Skip(1)), pair => Assert.Equal(0, sweep.Interval.Ticks % (pair.Second - pair.First).Ticks));
    }

    [Fact]
    public void Every_timer_rings_for_a_sweep_and_every_sweep_has_one() => Assert.Equal(
        Sweep.All.Select(s => s.Cron).Distinct().Order(StringComparer.Ordinal),
        Timers.Select(t => t.Schedule).Order(StringComparer.Ordinal));

    [Fact]
    public void Slots_are_looked_at_when_an_instance_starts() =>
        Assert.Equal([Sweep.Leases.Cron], Timers.Where(t => t.RunOnStartup).Select(t => t.Schedule));

    [Fact]
    public void No_two_sweeps_share_a_name() =>
        Assert.Equal(Sweep.All.Length, Sweep.All.Select(s => s.Name).Distinct().Count());
}
