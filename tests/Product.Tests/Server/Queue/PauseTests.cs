using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server.Queue;

/// <summary>A queue that is paused, in every process, and what callers are shown of it.</summary>
public sealed class PauseTests() : TwoRigs(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
{
    [Fact]
    public async Task Nobody_gets_a_slot_until_the_queue_is_resumed()
    {
        await AddHostAsync(rig);
        var run = await WaitAsync(rig);
        Assert.Equal((true, 1), Head(await PostAsync(rig, isPause: true)));
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);

        Assert.Empty(rig.Driver.Signals);
        Assert.IsType<RunEvent.NoSlot>((await rig.Get<SlotFinder>().FindAsync(Waiting(), Cancellation)).Answer);
        Assert.Equal((false, 1), Head(await PostAsync(rig, isPause: false)));
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);
        Assert.Equal(run, Assert.Single(rig.Driver.Signals).Run);
        Assert.NotNull((await rig.Get<SlotFinder>().FindAsync(Waiting(), Cancellation)).Lease);
    }

    [Fact]
    public async Task A_queue_that_moves_again_is_looked_at_at_once()
    {
        await PostAsync(rig, isPause: true);
        var rung = rig.Get<DispatchBell>().WaitAsync(TimeSpan.FromMinutes(1), clock, Cancellation);
        Assert.False(rung.IsCompleted);
        await PostAsync(rig, isPause: false);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await rung);
    }

    [Fact]
    public async Task A_pause_holds_in_another_process_at_its_next_look_and_costs_no_request()
    {
        await AddHostAsync(other);
        await other.Get<PendingStore>().RefreshAsync(Cancellation); // The first look is at what earlier releases have left, too.
        await WaitAsync(other);
        await PostAsync(rig, isPause: true);
        tables.Reset();
        var writes = tables.Writes.Values.Sum();
        await other.Get<Dispatcher>().DispatchAsync(Cancellation);

        Assert.Empty(other.Driver.Signals);
        Assert.Equal((1, writes), (tables.Reads, tables.Writes.Values.Sum()));
        await PostAsync(rig, isPause: false);
        await other.Get<Dispatcher>().DispatchAsync(Cancellation);
        Assert.Single(other.Driver.Signals);
    }

    [Theory]
    [InlineData(DocumentQuery.LargestPage - 1)]
    [InlineData(DocumentQuery.LargestPage)]
    [InlineData(2_500)]
    public async Task Behind_a_long_queue_a_pause_is_seen_at_each_look_however_new_its_runs_are(int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            await WaitAsync(rig);
        }

        await other.Get<PendingStore>().RefreshAsync(Cancellation);
        for (var i = 0; i < 4; i++)
        {
            await rig.Get<PendingStore>().PauseAsync(Cancellation);
            await other.Get<PendingStore>().RefreshAsync(Cancellation);
            Assert.NotNull(other.Get<PendingStore>().PausedAt);
            Assert.Equal(runs, other.Get<PendingStore>().Known.Count);
            await rig.Get<PendingStore>().ResumeAsync(Cancellation);
            await other.Get<PendingStore>().RefreshAsync(Cancellation);
            Assert.Null(other.Get<PendingStore>().PausedAt);
        }
    }

    [Fact]
    public async Task What_is_paused_stays_paused_from_when_it_was_and_after_a_restart()
    {
        await PostAsync(rig, isPause: true);
        clock.Advance(TimeSpan.FromMinutes(1));
        var again = await PostAsync(other, isPause: true);
        await using var later = await new ServerRig(clock: clock, tables: tables).StartedAsync();

        Assert.Equal(clock.GetUtcNow().AddMinutes(-1), (DateTimeOffset)again["pausedAt"]!);
        Assert.Equal(clock.GetUtcNow().AddMinutes(-1), (DateTimeOffset)(await QueueAsync(later))["pausedAt"]!);
    }

    [Fact]
    public async Task A_host_proves_itself_while_the_queue_is_paused()
    {
        await AddHostAsync(rig);
        await WaitAsync(rig);
        var warmUp = Waiting();
        await rig.Get<PendingStore>().AddAsync(warmUp with { Work = warmUp.Work with { Demands = new() { Host = new("h0") } } }, Cancellation);
        await PostAsync(rig, isPause: true);
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);

        Assert.Equal(warmUp.Run, Assert.Single(rig.Driver.Signals).Run);
    }

    [Fact]
    public async Task A_waiting_run_is_shown_with_what_it_waits_for_and_when_it_is_expected_to_begin()
    {
        await AddHostAsync(rig, slots: 1);
        await WaitAsync(rig);
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);
        var run = Waiting() with { Priority = 3, Client = "shop", Batch = "b", StartBy = clock.GetUtcNow().AddHours(1) };
        await rig.Get<PendingStore>().AddAsync(run, Cancellation);
        var line = (await QueueAsync(rig))["waiting"]![0]!;

        Assert.Equal($$"""
            {"run":"{{run.Run}}","workflow":"w","version":2,"client":"shop","batch":"b","priority":3,"position":0,
            "since":"2026-05-01T12:00:00+00:00","startBy":"2026-05-01T13:00:00+00:00",
            "waitsFor":{"code":"slots_busy","message":"All slots of h0 are lent."},"expectedStartAt":"2026-05-01T12:00:01+00:00"}
            """.ReplaceLineEndings(""), line.ToJsonString(ServerJson.Options));
        await PostAsync(rig, isPause: true);
        var paused = (await QueueAsync(rig))["waiting"]![0]!;
        Assert.Equal("queue_paused", (string)paused["waitsFor"]!["code"]!);
        Assert.True(paused.AsObject().TryGetPropertyValue("expectedStartAt", out var at) && at is null);
    }

    [Fact]
    public async Task Callers_see_their_own_of_the_workflows_that_they_may_use_and_positions_count_all()
    {
        await WaitAsync(rig);
        var own = await WaitAsync(rig, "shop");
        await WaitAsync(rig, "shop", "hidden@1");
        var shop = new Caller("shop", Role.Run) { Scope = NameScope.Of(["w"]) };
        var seen = await QueueAsync(rig, shop);

        Assert.Equal(1, (int)seen["total"]!);
        var line = Assert.Single(seen["waiting"]!.AsArray())!;
        Assert.Equal((own.Value, 1, null), ((string)line["run"]!, (int)line["position"]!, (string?)line["client"]));
        Assert.Equal(3, (int)(await QueueAsync(rig))["total"]!);
        Assert.Single((await QueueAsync(rig, query: "?limit=1"))["waiting"]!.AsArray());
    }

    private WaitingRun Waiting(string client = "", string work = "w@2") => new()
    {
        Run = RunIds.New(clock),
        Placement = Placement.First,
        Since = clock.GetUtcNow(),
        Client = client,
        Work = new() { Name = work },
    };

    private async Task<RunId> WaitAsync(ServerRig at, string client = "", string work = "w@2")
    {
        var run = Waiting(client, work);
        await at.Get<PendingStore>().AddAsync(run, Cancellation);
        return run.Run;
    }

    private static async Task AddHostAsync(ServerRig rig, int slots = 2)
    {
        var catalog = await rig.Get<HostCatalogs>().KeepAsync("{}"u8.ToArray(), Cancellation);
        var times = LearnedTimes.None.After(new Observation("w@2", [], [], 1, DateTimeOffset.UnixEpoch));
        await rig.Get<HostStore>().PutAsync(new("h0"),
            _ => new() { Id = new("h0"), Url = new("http://127.0.0.1:1/"), Slots = slots, CatalogHash = catalog.Hash, Times = times },
            Cancellation);
        await rig.Get<CatalogWatch>().LoadAsync(rig.Get<HostStore>().Known, Cancellation);
    }

    private static async Task<JsonObject> PostAsync(ServerRig rig, bool isPause)
    {
        var (endpoints, request) = (rig.Get<QueueEndpoints>(), ServerRig.Request());
        var answer = await rig.AnswerAsync(
            await (isPause ? endpoints.PauseAsync(request, Cancellation) : endpoints.ResumeAsync(request, Cancellation)));
        return answer.Body;
    }

    private static (bool, int) Head(JsonObject head) => ((bool)head["paused"]!, (int)head["total"]!);

    private static async Task<JsonObject> QueueAsync(ServerRig rig, Caller? caller = null, string query = "")
    {
        var request = ServerRig.Request(query: query);
        request.SetCaller(caller ?? Caller.Anybody);
        return (await rig.AnswerAsync(await rig.Get<QueueEndpoints>().GetAsync(request, Cancellation))).Body;
    }
}
