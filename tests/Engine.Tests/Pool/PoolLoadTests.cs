using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

public class PoolLoadTests
{
    private static readonly TimeSpan Target = TimeSpan.FromMinutes(1);

    [Fact]
    public void With_nothing_to_do_no_host_is_wanted() =>
        Assert.Equal(new PoolLoad(0, 0, 2, 2, 0, 0, 0), PoolLoad.Of([Host("a")], [], Target, Now));

    [Fact]
    public void As_many_hosts_are_wanted_as_finish_the_backlog_in_time()
    {
        var pool = new[] { Host("a").Proven(seconds: 30).Busy(1, seconds: 30).Busy(2, seconds: 30) };
        var load = PoolLoad.Of(pool, [.. Enumerable.Range(3, 6).Select(i => Waiting(i))], Target, Now);
        Assert.Equal((6, 2, 0, 240.0, 4), (load.Waiting, load.Running, load.FreeSlots, load.BacklogSeconds, load.WantedHosts));
        Assert.Equal(97, load.OldestWaitSeconds);
    }

    [Fact]
    public void No_more_hosts_are_wanted_than_there_are_prompts() =>
        Assert.Equal(1, PoolLoad.Of([Host("a").Proven(seconds: 3600)], [Waiting(1)], Target, Now).WantedHosts);
}
