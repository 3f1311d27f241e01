using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>What is swept when one of Azure's timers rings.</summary>
public sealed class SweepTimerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;

    public SweepTimerTests() => rig = new(clock: clock);

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_timer_that_rings_the_first_time_does_all_its_sweeps_and_no_others()
    {
        Assert.Equal(["leases", "rescue"], await RingAsync(Sweep.OftenCron));
        Assert.Equal(["housekeeping", "removal", "sync"], await RingAsync(Sweep.SeldomCron));
    }

    [Fact]
    public async Task After_that_each_is_done_as_often_as_it_says_though_rings_come_a_little_early()
    {
        var swept = new List<string>();
        for (var ring = 0; ring < 8; ring++)
        {
            swept.AddRange(await RingAsync(Sweep.OftenCron));
            clock.Advance(TimeSpan.FromSeconds(ring % 2 == 0 ? 14 : 16));
        }

        Assert.Equal((8, 2), (swept.Count(s => s == "leases"), swept.Count(s => s == "rescue")));
    }

    // Which sweeps it ended.
    private async Task<string[]> RingAsync(string cron)
    {
        var before = rig.Get<SweepLog>().Ended;
        clock.Advance(TimeSpan.FromTicks(1));
        await rig.Get<SweepTimer>().RingAsync(cron, TestContext.Current.CancellationToken);
        return [.. rig.Get<SweepLog>().Ended.Where(s => before.GetValueOrDefault(s.Key) != s.Value).Select(s => s.Key)];
    }
}
