using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Server.News;

/// <summary>What those who follow everything are told, and what it costs.</summary>
public sealed class EventFeedTests() : TwoRigs(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly RunState Succeeded = new RunState.Ended(new RunOutcome.Succeeded());

    private EventFeed Feed => rig.Get<EventFeed>();

    [Fact]
    public async Task Each_change_of_a_run_is_told_once_whichever_process_made_it()
    {
        var old = await InsertAsync();
        using var follower = Feed.Follow(seesPool: false);
        Assert.Empty((await LookAsync(follower)).Runs);
        var run = await InsertAsync();

        Assert.Equal([(run.Id, RunStatus.Queued)], await ToldAsync(follower));
        Assert.Empty(await ToldAsync(follower));
        await UpdateAsync(run.Id, r => r with { StartedAt = clock.GetUtcNow(), Attempts = [On("h0")] });
        await UpdateAsync(old.Id, r => r.WithCancelRequested(clock.GetUtcNow()));
        Assert.Equal([(run.Id, RunStatus.Running), (old.Id, RunStatus.Canceling)], await ToldAsync(follower));
        await UpdateAsync(run.Id, r => r with { State = Succeeded });
        Assert.Equal([(run.Id, RunStatus.Succeeded)], await ToldAsync(follower));
        Assert.Empty(await ToldAsync(follower));
    }

    [Fact]
    public async Task A_run_that_is_not_among_the_newest_is_seen_by_its_place_by_its_end_and_by_turns()
    {
        var (placed, ended, canceled) = (await InsertAsync(), await InsertAsync(), await InsertAsync());
        await WaitAsync(placed);
        for (var i = 0; i < 60; i++)
        {
            await rig.Get<RunStore>().InsertAsync(SomeRun.In(Succeeded, clock), Cancellation);
        }

        using var follower = Feed.Follow(seesPool: false);
        await LookAsync(follower);
        await rig.Get<PendingStore>().TakeAsync(placed.Id, Cancellation);
        await UpdateAsync(placed.Id, r => r with { StartedAt = clock.GetUtcNow(), Attempts = [On("h0")] });
        await UpdateAsync(ended.Id, r => r with { State = Succeeded, CompletedAt = clock.GetUtcNow() });
        await other.Get<RunEnds>().EndedAsync((await other.Get<RunStore>().FindAsync(ended.Id, Cancellation))!, Cancellation);

        Assert.Equal([(ended.Id, RunStatus.Succeeded), (placed.Id, RunStatus.Running)], await ToldAsync(follower));
        await UpdateAsync(placed.Id, r => r.WithCancelRequested(clock.GetUtcNow()));
        Assert.Equal([(placed.Id, RunStatus.Canceling)], await ToldAsync(follower));
        await rig.Get<RunObservers>().EndedAsync(SomeRun.In(Succeeded, clock, canceled.Id), Cancellation);
        Assert.Equal([(canceled.Id, RunStatus.Succeeded)], await ToldAsync(follower));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await ToldAsync(follower));
    }

    [Fact]
    public async Task A_look_costs_a_few_requests_however_many_follow_and_however_many_runs_there_are()
    {
        for (var i = 0; i < 500; i++)
        {
            await WaitAsync(await InsertAsync());
        }

        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        var followers = Enumerable.Range(0, 20).Select(_ => Feed.Follow(seesPool: true)).ToArray();
        await Feed.LookAsync(Cancellation);
        tables.Reset();
        await Feed.LookAsync(Cancellation);

        Assert.InRange(tables.Reads, 2, 4);
        Assert.All(followers, f => f.Dispose());
    }

    [Fact]
    public async Task While_nobody_follows_nothing_is_asked_and_an_end_is_not_kept()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        tables.Reset();
        await Feed.StartAsync(stop.Token);
        for (var i = 0; i < 100; i++)
        {
            await Feed.EndedAsync(SomeRun.In(Succeeded, clock), Cancellation);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, tables.Reads);
        using var follower = Feed.Follow(seesPool: true);
        Assert.Empty((await follower.Looks.ReadAsync(Cancellation)).Runs);
        await Feed.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Who_comes_after_a_while_in_which_nobody_followed_is_told_of_nothing_that_was_in_it()
    {
        var hosts = 0;
        await Feed.StartAsync(Cancellation);
        await Eventually.SeesAsync(FirstLookAsync,
            look => hosts > 1 && look is { Runs.IsEmpty: true, Pool: null, Hosts.IsEmpty: true, Removed.IsEmpty: true });
        await Feed.StopAsync(Cancellation);

        // It is noticed a moment later that the one before has left.
        async Task<FeedLook> FirstLookAsync()
        {
            await InsertAsync();
            await PutHostAsync($"h{++hosts}", h => h);
            await other.Get<HostStore>().DeleteAsync(new($"h{hosts - 1}"), Cancellation);
            FeedLook look;
            using (var follower = Feed.Follow(seesPool: true))
            {
                look = await clock.AdvanceUntilAsync(follower.Looks.ReadAsync(Cancellation).AsTask());
            }

            clock.Advance(TimeSpan.FromSeconds(1));
            return look;
        }
    }

    [Fact]
    public async Task Administrators_are_told_of_the_pool_and_its_hosts_when_they_change()
    {
        await PutHostAsync("h0", h => h);
        using var follower = Feed.Follow(seesPool: true);
        Assert.Equal((null, 0), Of(await LookAsync(follower)));
        await PutHostAsync("h0", h => h with { LastSeenAt = clock.GetUtcNow() });
        Assert.Equal((null, 0), Of(await LookAsync(follower)));
        await PutHostAsync("h0", h => h with { Status = HostStatus.Draining });
        await PutHostAsync("h1", h => h);
        var look = await LookAsync(follower);

        Assert.Equal(["h0 draining", "h1 ready"], look.Hosts.Select(h => JsonNode.Parse(h)!).Select(h => $"{h["id"]} {h["state"]}"));
        Assert.Equal(1, (int)JsonNode.Parse(look.Pool!)!["hosts"]!["draining"]!);
        await other.Get<PendingStore>().PauseAsync(Cancellation);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        await other.Get<HostStore>().DeleteAsync(new("h1"), Cancellation);
        look = await LookAsync(follower);
        Assert.Equal([new HostId("h1")], look.Removed);
        Assert.True((bool)JsonNode.Parse(look.Pool!)!["paused"]!);

        static (string?, int) Of(FeedLook look) => (look.Pool, look.Hosts.Length + look.Removed.Length);
    }

    [Fact]
    public async Task That_time_passes_is_no_change_of_a_host()
    {
        var now = clock.GetUtcNow();
        var slot = new HeldSlot(new("01ARZ3NDEKTSV4RRFFQ69G5FAV"), 1, now) { ExpectedSeconds = 60, FirstAt = now };
        await PutHostAsync("h0", h => h with { Leases = [slot] });
        using var follower = Feed.Follow(seesPool: true);
        var first = (await LookAsync(follower)).Hosts;
        var before = await BacklogAsync();
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(first);
        Assert.Empty((await LookAsync(follower)).Hosts);
        Assert.NotEqual(before, await BacklogAsync());

        async Task<double> BacklogAsync() => (double)(await rig.AnswerAsync(
            await rig.Get<HostEndpoints>().GetAsync("h0", Cancellation))).Body["backlogSeconds"]!;
    }

    [Fact]
    public async Task Callers_are_told_of_their_own_runs_of_the_workflows_that_they_may_use_and_of_no_host()
    {
        using var shop = await AnswerAsync(new Caller("shop", Role.Run) { Scope = NameScope.Of(["w"]) });
        using var admin = await AnswerAsync(new Caller("root", Role.Admin));
        await Feed.LookAsync(Cancellation);
        await Eventually.IsSoAsync(() => shop.Text.Length > 0 && admin.Text.Length > 0);
        var own = await InsertAsync("shop");
        await InsertAsync("shop", "hidden");
        await InsertAsync("other");
        await WaitAsync(own, "shop");
        await PutHostAsync("h0", h => h);
        await Feed.LookAsync(Cancellation);
        var (seen, all) = (await shop.EndAsync("event: queue"), await admin.EndAsync("event: queue"));

        Assert.StartsWith("retry: 1000\n\n", seen, StringComparison.Ordinal);
        Assert.Equal(["run", "queue"], EventsIn(seen));
        Assert.Contains(own.Id.Value, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", seen, StringComparison.Ordinal);
        Assert.Contains("\"total\":1", seen, StringComparison.Ordinal);
        Assert.Equal(["run", "run", "run", "pool", "host", "queue"], EventsIn(all));
        Assert.Contains("\"client\":\"other\"", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_takes_nothing_in_is_cut_off_and_others_are_not()
    {
        using var slow = await AnswerAsync(new Caller("root", Role.Admin), isStuck: true);
        using var quick = Feed.Follow(seesPool: false);
        var looks = 0;
        await Eventually.IsSoAsync(() =>
        {
            looks++;
            _ = Feed.LookAsync(Cancellation);
            return quick.Looks.TryRead(out _) && slow.Answering.IsCompleted;
        });

        await slow.Answering;
        Assert.InRange(looks, 9, 40);
        Assert.False(quick.Gone.IsCancellationRequested);
    }

    [Fact]
    public async Task A_stream_that_is_silent_says_that_it_is_there_and_ends_after_200_seconds()
    {
        using var answer = await AnswerAsync(new Caller("root", Role.Admin));
        await Feed.LookAsync(Cancellation);
        await Eventually.IsSoAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return answer.Answering.IsCompleted;
        });

        await answer.Answering;
        Assert.InRange(answer.Text.Split(": still here\n\n").Length - 1, 4, 14);
    }

    private static string[] EventsIn(string text) =>
        [.. text.Split('\n').Where(l => l.StartsWith("event: ", StringComparison.Ordinal)).Select(l => l["event: ".Length..])];

    private static RunAttempt On(string host) => new(1, new(host), default, DateTimeOffset.UnixEpoch);

    private async Task<FeedLook> LookAsync(FeedFollower follower)
    {
        await Feed.LookAsync(Cancellation);
        return await follower.Looks.ReadAsync(Cancellation);
    }

    private async Task<IEnumerable<(RunId Id, RunStatus Status)>> ToldAsync(FeedFollower follower) =>
        (await LookAsync(follower)).Runs.Select(r => (r.Run.Id, r.Run.Status)).OrderByDescending(r => r.Id.Value, StringComparer.Ordinal);

    // Rows are written by the other process, which nobody follows.
    private async Task<RunRecord> InsertAsync(string client = "", string workflow = "w")
    {
        clock.Advance(TimeSpan.FromMilliseconds(1));
        return await other.Get<RunStore>()
            .InsertAsync(SomeRun.In(RunProcess.Initial, clock) with { Client = client, Workflow = workflow }, Cancellation);
    }

    private Task<RunRecord?> UpdateAsync(RunId id, Func<RunRecord, RunRecord> change) =>
        other.Get<RunStore>().ChangeAsync(id, change, Cancellation);

    private Task WaitAsync(RunRecord run, string client = "") => rig.Get<PendingStore>().AddAsync(
        new() { Run = run.Id, Placement = Placement.First, Since = clock.GetUtcNow(), Client = client, Work = new() { Name = "w@1" } },
        Cancellation);

    private Task<PoolHost> PutHostAsync(string id, Func<PoolHost, PoolHost> change) => other.Get<HostStore>().PutAsync(new(id),
        h => change(h ?? new() { Id = new(id), Url = new("http://127.0.0.1:1/") }), Cancellation);

    private Task<FollowedAnswer> AnswerAsync(Caller caller, bool isStuck = false)
    {
        var request = ServerRig.Request();
        request.SetCaller(caller);
        request.HttpContext.RequestServices = rig.Services;
        return FollowedAnswer.OfAsync(rig.Get<EventEndpoints>(), request, isStuck);
    }
}
