using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Usage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Which calls a quota lets in, and until when it turns the others away.</summary>
public sealed class QuotaTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_that_have_no_row_yet_are_counted_too()
    {
        await using var rig = await RigAsync(new QuotaOptions { Client = "shop", OpenRuns = 2 });
        Assert.Equal((true, true), (await IsInAsync(rig, "shop"), await IsInAsync(rig, "shop")));
        Assert.Equal("5", await AfterAsync(rig, "shop"));
        clock.Advance(TimeSpan.FromSeconds(2)); // They were refused elsewhere: there are no such runs.
        Assert.True(await IsInAsync(rig, "shop"));
    }

    [Fact]
    public async Task A_day_ends_at_midnight_however_soon_after_the_last_look()
    {
        await using var rig = await RigAsync(new QuotaOptions { Client = "shop", RunsPerDay = 2 });
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(RunProcess.Initial, clock) with { Client = "shop" }, Cancellation);
        Assert.True(await IsInAsync(rig, "shop"));
        Assert.Equal("43200", await AfterAsync(rig, "shop"));
        clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1.5));
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(RunProcess.Initial, clock) with { Client = "shop" }, Cancellation);
        Assert.Equal("2", await AfterAsync(rig, "shop"));
        clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.True(await IsInAsync(rig, "shop"));
    }

    [Fact]
    public async Task A_run_of_a_batch_whose_id_is_old_is_counted_before_long()
    {
        await using var rig = await RigAsync(new QuotaOptions { Client = "shop", RunsPerDay = 1 });
        var old = SomeRun.In(RunProcess.Initial, clock) with { Client = "shop" };
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await IsInAsync(rig, "shop"));
        await rig.Get<RunStore>().InsertAsync(old, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await IsInAsync(rig, "shop"));
    }

    [Fact]
    public async Task A_run_whose_row_comes_after_the_look_is_counted_by_the_next()
    {
        await using var rig = await RigAsync(new QuotaOptions { Client = "shop", OpenRuns = 1 });
        var slow = SomeRun.In(RunProcess.Initial, clock) with { Client = "shop" }; // Its inputs take a while.
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.True(await IsInAsync(rig, "shop"));
        await rig.Get<RunStore>().InsertAsync(slow, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await IsInAsync(rig, "shop"));
    }

    [Fact]
    public async Task The_quota_of_others_is_for_each_client_that_has_none_of_its_own()
    {
        await using var rig = await RigAsync(new QuotaOptions { Client = QuotaOptions.Others, RunsPerDay = 1 },
            new QuotaOptions { Client = "shop", RunsPerMinute = 2 });

        Assert.Equal((true, true, false), (await IsInAsync(rig, "a"), await IsInAsync(rig, "b"), await IsInAsync(rig, "a")));
        Assert.Equal((true, true), (await IsInAsync(rig, "shop"), await IsInAsync(rig, "shop")));
        Assert.InRange(int.Parse((await AfterAsync(rig, "shop"))!, null), 1, 60); // It is refused.
    }

    private async Task<ServerRig> RigAsync(params QuotaOptions[] quotas) =>
        await new ServerRig(new ComfyFuncOptions { Quotas = quotas }, clock: clock).StartedAsync();

    private static async Task<bool> IsInAsync(ServerRig rig, string client) => await AfterAsync(rig, client) is null;

    // When it may come again, where it is refused.
    private static async Task<string?> AfterAsync(ServerRig rig, string client)
    {
        var response = new DefaultHttpContext().Response;
        var refusal = await rig.Get<Quotas>().RefusalAsync(response, client, Cancellation);
        return refusal is null ? null : response.Headers.RetryAfter.ToString();
    }
}
