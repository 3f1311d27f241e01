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

    [Theory, MemberData(nameof(Names))]
    public void Azures_timer_rings_as_often_as_a_process_of_its_own_sweeps(string name)
    {
        var sweep = Sweep.All.Single(s => s.Name == name);
        var rings = CrontabSchedule.Parse(sweep.Cron, new() { IncludingSeconds = true })
            .GetNextOccurrences(Midnight, Midnight.AddHours(3)).ToArray();
        Assert.NotEmpty(rings.Skip(2));
        Assert.All(rings.Zip(rings.Skip(1)), pair => Assert.Equal(sweep.Interval, pair.Second - pair.First));
    }

    [Fact]
    public void Every_sweep_has_a_timer() => Assert.Equal(
        Sweep.All.Select(s => s.Cron).Order(StringComparer.Ordinal),
        from method in typeof(SweepTimers).GetMethods()
        from parameter in method.GetParameters()
        from trigger in parameter.GetCustomAttributes<TimerTriggerAttribute>()
        orderby trigger.Schedule
        select trigger.Schedule);

    [Fact]
    public void No_two_sweeps_share_a_name_or_a_schedule()
    {
        Assert.Equal(Sweep.All.Length, Sweep.All.Select(s => s.Name).Distinct().Count());
        Assert.Equal(Sweep.All.Length, Sweep.All.Select(s => s.Cron).Distinct().Count());
    }
}
