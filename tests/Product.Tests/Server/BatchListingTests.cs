using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

/// <summary>Which batches a listing shows, and what is remembered of those that have ended.</summary>
public sealed class BatchListingTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly GlancingTables tables = new(new MemoryDocumentTables());
    private readonly ServerRig rig;

    public BatchListingTests() => rig = new(tables: tables);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("", new[] { "d", "c", "b", "a" })]
    [InlineData("status=running", new[] { "a" })]
    [InlineData("status=completed", new[] { "c", "b" })]
    [InlineData("status=canceled", new[] { "d" })]
    [InlineData("workflow=b", new[] { "b" })]
    [InlineData("client=one", new[] { "c", "a" })]
    [InlineData("status=completed&client=one", new[] { "c" })]
    public async Task The_newest_come_first_and_filters_hold_together(string query, string[] names)
    {
        await AddAsync("a", RunProcess.Initial, client: "one");
        await AddAsync("b", new RunState.Ended(new RunOutcome.Succeeded()));
        await AddAsync("c", new RunState.Ended(new RunOutcome.Expired()), client: "one");
        await AddAsync("d", new RunState.Ended(new RunOutcome.Canceled(GpuWorkBegun: false)), cancel: Now);

        Assert.Equal(names, (await ListAsync(query)).Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&status=completed")]
    public async Task Pages_hold_each_batch_once(string filter)
    {
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await AddAsync(name, new RunState.Ended(new RunOutcome.Succeeded()));
        }

        var names = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            (var page, continuation) =
                await ListAsync($"limit=2{filter}{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            Assert.InRange(page.Length, 0, 2);
            names.AddRange(page);
        }

        Assert.Equal(["e", "d", "c", "b", "a"], names);
    }

    [Theory]
    [InlineData("client=one")]
    [InlineData("workflow=a&status=completed")]
    public async Task A_page_ends_where_storage_stopped_looking_and_the_next_goes_on_there(string filter)
    {
        var ended = new RunState.Ended(new RunOutcome.Succeeded());
        await AddAsync("a", ended, client: "one");
        for (var i = 0; i < 9; i++)
        {
            await AddAsync("b", ended);
        }

        tables.Glance = 3;
        var (found, pages) = (new List<string>(), 0);
        for (string? continuation = ""; continuation is not null; pages++)
        {
            var before = tables.Pages;
            (var names, continuation) = await ListAsync($"{filter}{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            found.AddRange(names);
            Assert.Equal(1, tables.Pages - before);
        }

        Assert.Equal(["a"], found);
        Assert.InRange(pages, 4, 5);
    }

    [Fact]
    public async Task A_client_sees_its_own_and_may_not_ask_for_another_s()
    {
        var id = await AddAsync("a", RunProcess.Initial, client: "one");
        await AddAsync("b", RunProcess.Initial, client: "two");
        var one = new Caller("one", Role.Run);

        Assert.Equal(["a"], (await ListAsync("", one)).Names);
        Assert.Equal(403, (await SendAsync("client=two", one)).Status);
        Assert.Equal(("one", null),
            ((string?)(await SendAsync("client=one")).Body["batches"]![0]!["client"],
                (await SendAsync("", one)).Body["batches"]![0]!["client"]));
        var request = ServerRig.Request();
        request.SetCaller(new("two", Role.Run));
        Assert.Null(await rig.Get<BatchStore>().FindAsync(request, id, Cancellation));
    }

    [Fact]
    public async Task What_became_of_a_batch_is_known_when_its_runs_are_gone_and_is_canceled_no_more()
    {
        var id = await AddAsync("a", new RunState.Ended(new RunOutcome.Succeeded()));
        await ListAsync("");
        var run = Assert.Single(await rig.Get<RunStore>().OfBatchAsync(new(id), null, Cancellation));
        await rig.Get<RunStore>().DeleteAsync(run.Id, Cancellation);
        var (status, canceled) = await rig.AnswerAsync(await rig.Get<BatchEndpoints>().CancelAsync(ServerRig.Request(), id, Cancellation));

        Assert.Equal((200, "completed", 1, 1.0),
            (status, (string)canceled["status"]!, (int)canceled["runs"]!["succeeded"]!, (double)canceled["progress"]!));
    }

    [Fact]
    public async Task A_batch_that_an_earlier_release_wrote_is_found_and_changed_where_it_is()
    {
        var old = NewBatch("old");
        await rig.Get<IDocumentTables>()["batches"].UpsertAsync(
            new Document("batch", old.Id,
                StoredJson.Write(old))
            {
                Columns = System.Collections.Immutable.ImmutableDictionary<string, object>.Empty.Add("Open",
                    true)
            }, Cancellation);
        await rig.Get<BatchStore>().ChangeAsync(old.Id, b => b with { Made = 1 }, Cancellation);

        var open = Assert.Single(await rig.Get<BatchStore>().OpenAsync(Cancellation));
        Assert.Equal((old.Id, 1), await rig.Get<BatchStore>().FindAsync(open, Cancellation) is { } found ? (found.Id, found.Made) : default);
    }

    private static Batch NewBatch(string name, string client = "") => new()
    {
        Id = RunIds.New(TimeProvider.System).Value,
        Client = client,
        Workflow = name,
        Version = 1,
        Total = 1,
        CreatedAt = Now,
    };

    private async Task<string> AddAsync(string name, RunState state, string client = "", DateTimeOffset? cancel = null)
    {
        var batch = NewBatch(name, client) with { IsDone = true, Made = 1, CancelRequestedAt = cancel };
        await rig.Get<BatchStore>().InsertAsync(batch, new([]), Cancellation);
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(state, TimeProvider.System) with { Batch = batch.Id }, Cancellation);
        return batch.Id;
    }

    private async Task<(string[] Names, string? Continuation)> ListAsync(string query, Caller? caller = null)
    {
        var (status, body) = await SendAsync(query, caller);
        Assert.Equal(200, status);
        return ([.. body["batches"]!.AsArray().Select(b => (string)b!["workflow"]!)], (string?)body["continuation"]);
    }

    private async Task<(int Status, JsonObject Body)> SendAsync(string query, Caller? caller = null)
    {
        var request = ServerRig.Request(query: $"?{query}");
        request.SetCaller(caller ?? Caller.Anybody);
        return await rig.AnswerAsync(await rig.Get<BatchEndpoints>().ListAsync(request, Cancellation));
    }
}
