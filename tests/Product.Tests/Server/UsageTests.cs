using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Usage;

namespace ComfyFunc.Tests.Server;

/// <summary>What clients are said to have taken, whichever processes saw their runs end.</summary>
public sealed class UsageTests() : TwoRigs(new(2026, 5, 31, 23, 59, 0, TimeSpan.Zero))
{
    private static readonly RunOutcome Succeeded = new RunOutcome.Succeeded();
    private static readonly RunOutcome Failed = new RunOutcome.Failed(new(FaultCode.NodeFailed, "It was too much."));

    [Fact]
    public async Task What_runs_took_is_summed_by_client_workflow_and_version_over_processes_and_days()
    {
        var start = clock.GetUtcNow();
        var lost = new RunAttempt(1, new("lost"), default, start.AddSeconds(2), start.AddSeconds(5), "host_lost");
        var good = new RunAttempt(2, new("gpu0"), default, start.AddSeconds(7), start.AddSeconds(20), "succeeded")
        {
            ExecutionStartedAt = start.AddSeconds(8),
            ExecutionEndedAt = start.AddSeconds(18.25),
        };
        await EndAsync(rig, Run(Succeeded) with
        {
            Attempts = [lost, good],
            Artifacts = [new() { Tag = "t", Type = "image", Bytes = 5 }, new() { Tag = "t", Type = "text" }],
        }, Run(Succeeded, "w", "other"), Run(Succeeded) with { Version = 2 });
        await EndAsync(other, Run(Failed) with
        {
            Artifacts = [new() { Tag = "t", Type = "image", Bytes = 6 }],
            Attempts = [lost with { EndedAt = start }], // A clock went back.
        }, Run(Failed, "W"));
        clock.Advance(TimeSpan.FromMinutes(2));
        await EndAsync(rig, Run(Succeeded) with { CreatedAt = start });

        Assert.Equal(["other w 1: 1 1 0 0", "shop w 1: 3 1 13.25 11", "shop w 2: 1 1 0 0"],
            await UsageAsync("?from=2026-05-31&to=2026-05-31"));
        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync(""));
        Assert.Equal(["other w 1: 1 1 0 0", "shop w 1: 4 2 13.25 11", "shop w 2: 1 1 0 0"], await UsageAsync("?from=2026-05-01"));
        Assert.Equal(["other w 1: 1 1 0 0"], await UsageAsync("?from=2026-05-01&client=other"));
    }

    [Fact]
    public async Task Clients_see_their_own_and_may_not_ask_for_others()
    {
        await EndAsync(rig, Run(Succeeded), Run(Succeeded, "w", "other"));
        var shop = new Caller("shop", Role.Author);

        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync("", shop));
        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync("?client=shop", shop));
        var (status, body) = await AskAsync("?client=other", shop);
        Assert.Equal((403, "/client"), (status, (string)body["errors"]![0]!["pointer"]!));
    }

    [Fact]
    public async Task The_month_is_asked_for_unless_told()
    {
        await EndAsync(rig, Run(Succeeded) with { CompletedAt = clock.GetUtcNow().AddDays(-30) });
        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync(""));
        await EndAsync(rig, Run(Succeeded) with { CompletedAt = clock.GetUtcNow().AddDays(-31) });
        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync(""));
        Assert.Equal(["shop w 1: 1 1 0 0"], await UsageAsync($"?to={clock.GetUtcNow().AddDays(-31):yyyy-MM-dd}")); // Of that day's month.
    }

    [Fact]
    public async Task Two_processes_that_add_at_once_lose_nothing()
    {
        await EndAsync(rig, Run(Succeeded));
        var isFirst = true;
        tables.BeforeReplace = async table =>
        {
            if (table == "usage" && Interlocked.Exchange(ref isFirst, false))
            {
                await EndAsync(other, Run(Succeeded));
            }
        };
        await EndAsync(rig, Run(Succeeded));

        Assert.Equal(["shop w 1: 3 3 0 0"], await UsageAsync(""));
    }

    [Fact]
    public async Task What_storage_did_not_take_is_written_later_and_nothing_twice()
    {
        await EndAsync(rig, Run(Succeeded), Run(Succeeded, "v"));
        var writes = 0;
        tables.BeforeReplace = table => table == "usage" && ++writes == 2
            ? throw new StorageUnavailableException("away", new InvalidOperationException("503")) : Task.CompletedTask;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => EndAsync(rig, Run(Succeeded), Run(Succeeded, "v")));
        await rig.Get<UsageMeter>().WriteAsync(Cancellation);

        Assert.Equal(["shop v 1: 2 2 0 0", "shop w 1: 2 2 0 0"], await UsageAsync(""));
    }

    [Fact]
    public async Task Sums_are_kept_as_long_as_settings_say()
    {
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromDays(400));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.NotEmpty(await rig.RowsAsync("usage"));
        clock.Advance(TimeSpan.FromDays(1));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.Empty(await rig.RowsAsync("usage"));
    }

    private RunRecord Run(RunOutcome outcome, string workflow = "w", string client = "shop") =>
        SomeRun.In(new RunState.Ended(outcome), clock) with { Workflow = workflow, Client = client };

    private static async Task EndAsync(ServerRig rig, params RunRecord[] runs)
    {
        await rig.TellEndsAsync(runs);
        await rig.Get<UsageMeter>().WriteAsync(Cancellation);
    }

    private async Task<IEnumerable<string>> UsageAsync(string query, Caller? caller = null)
    {
        var (_, body) = await AskAsync(query, caller ?? Caller.Anybody);
        return body["usage"]!.AsArray().Select(u => FormattableString.Invariant(
            $"{u!["client"]} {u["workflow"]} {u["version"]}: {u["runs"]} {u["succeeded"]} {u["gpuSeconds"]} {u["outputBytes"]}"));
    }

    private async Task<(int Status, JsonObject Body)> AskAsync(string query, Caller caller)
    {
        var request = ServerRig.Request(query: query);
        request.SetCaller(caller);
        return await rig.AnswerAsync(await rig.Get<UsageEndpoints>().GetAsync(request, Cancellation));
    }
}
