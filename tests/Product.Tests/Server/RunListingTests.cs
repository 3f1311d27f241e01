using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Which runs a listing shows, to whom, and what it shows of them.</summary>
public sealed class RunListingTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Noon);
    private readonly ServerRig rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("metadata.order=17", new[] { "number", "text" })]
    [InlineData("metadata.order=17.0", new[] { "number" })]
    [InlineData("metadata.order=17&metadata.late=true", new[] { "text" })]
    [InlineData("metadata.late=false", new[] { "number" })]
    [InlineData("metadata.Order=17", new string[0])]
    [InlineData("metadata.nested=1", new string[0])]
    [InlineData("metadata.a.b=x", new[] { "dotted" })]
    public async Task Metadata_is_asked_for_by_the_members_at_its_top(string query, string[] names)
    {
        await AddAsync("number", """{"order":17,"late":false}""");
        await AddAsync("text", """{"order":"17","late":true}""");
        await AddAsync("dotted", """{"a.b":"x","order":18,"nested":{"order":17}}""");
        await AddAsync("without", null);

        Assert.Equal(names.Order(), (await ListAsync(query)).Names.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(50)]
    public async Task Pages_of_what_was_asked_for_hold_each_run_once_in_order(int limit)
    {
        for (var i = 0; i < 20; i++)
        {
            await AddAsync($"{i:D2}", $$"""{"third":{{(i % 3 == 0 ? "true" : "false")}}}""");
            clock.Advance(TimeSpan.FromHours(5));
        }

        var names = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            (var page, continuation) =
                await ListAsync($"metadata.third=true&limit={limit}{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            Assert.InRange(page.Length, 0, limit);
            names.AddRange(page);
        }

        Assert.Equal(["18", "15", "12", "09", "06", "03", "00"], names);
    }

    [Fact]
    public async Task Where_many_rows_have_to_be_looked_at_a_page_may_be_empty_and_the_next_one_goes_on()
    {
        await AddAsync("needle", """{"rare":1}""");
        for (var i = 0; i < RunStore.MostLookedAt; i++)
        {
            await AddAsync("hay", null);
        }

        var first = await ListAsync("metadata.rare=1");
        var second = await ListAsync($"metadata.rare=1&continuation={first.Continuation}");

        Assert.Empty(first.Names);
        Assert.NotNull(first.Continuation);
        Assert.Equal(["needle"], second.Names);
        Assert.Null(second.Continuation);
    }

    [Theory]
    [InlineData("createdAfter=2026-03-14T12:00:01Z", new[] { "1", "2", "3" })]
    [InlineData("createdAfter=2026-03-14T13:00:01.001%2B01:00", new[] { "2", "3" })]
    [InlineData("createdAfter=2026-03-14T13:00:01.001+01:00", new[] { "2", "3" })]
    [InlineData("createdBefore=2026-03-14T12:00:01Z", new[] { "0" })]
    [InlineData("createdAfter=2026-03-14T12:00:01Z&createdBefore=2026-03-14T12:00:02Z", new[] { "1" })]
    [InlineData("createdAfter=2026-03-15", new[] { "3" })]
    [InlineData("createdBefore=2026-03-15", new[] { "0", "1", "2" })]
    [InlineData("createdAfter=0001-01-01&createdBefore=9999-12-31", new[] { "0", "1", "2", "3" })]
    [InlineData("createdAfter=2026-03-14T12:00:01Z&metadata.n=3", new[] { "3" })]
    public async Task Runs_are_found_by_when_they_were_made(string query, string[] names)
    {
        foreach (var (name, at) in new[] { ("0", Noon), ("1", Noon.AddSeconds(1)), ("2", Noon.AddSeconds(2)), ("3", Noon.AddHours(13)) })
        {
            clock.SetUtcNow(at);
            await AddAsync(name, $$"""{"n":{{name}}}""");
        }

        Assert.Equal(names.Reverse(), (await ListAsync(query)).Names);
    }

    [Fact]
    public async Task Administrators_see_whose_a_run_is_and_choose_a_client_and_others_have_their_own()
    {
        await AddAsync("a", null, "one");
        await AddAsync("b", null, "two");
        var (admin, one) = (new Caller("root", Role.Admin), new Caller("one", Role.Run));

        Assert.Equal(["b", "a"], (await ListAsync("", admin)).Names);
        Assert.Equal(["a"], (await ListAsync("client=one", admin)).Names);
        Assert.Equal(["a"], (await ListAsync("", one)).Names);
        Assert.Equal(["a"], (await ListAsync("client=one", one)).Names);
        Assert.Equal("one", (string?)(await RunsAsync("client=one", admin)).Body["runs"]![0]!["client"]);
        Assert.Null((await RunsAsync("client=one", one)).Body["runs"]![0]!["client"]);
        var (status, refused) = await RunsAsync("client=two", one);
        Assert.Equal((403, "forbidden", "/client"), (status, (string)refused["code"]!, (string)refused["errors"]![0]!["pointer"]!));
    }

    [Fact]
    public async Task A_listing_is_small_unless_inputs_are_asked_for()
    {
        await rig.Get<RunStore>()
            .InsertAsync(Row("a", null) with { Given = JsonElement.Parse("""{"sampler":{"seed":5}}"""), IsGivenCut = true }, Cancellation);

        Assert.Null((await RunsAsync("")).Body["runs"]![0]!["inputs"]);
        Assert.Equal("""{"sampler":{"seed":5}}""", (await RunsAsync("include=inputs")).Body["runs"]![0]!["inputs"]!.ToJsonString());
        Assert.True((bool)(await RunsAsync("include=inputs")).Body["runs"]![0]!["inputsCut"]!);
    }

    [Fact]
    public async Task A_run_that_is_being_canceled_is_found_as_such()
    {
        var run = Row("stopping", null);
        await rig.Get<RunStore>().InsertAsync(run, Cancellation);
        await AddAsync("other", null);
        await rig.Get<RunStore>().ChangeAsync(run.Id, r => r.WithCancelRequested(Noon), Cancellation);

        Assert.Equal(["stopping"], (await ListAsync("status=canceling")).Names);
        Assert.Equal(["other"], (await ListAsync("status=queued")).Names);
    }

    [Theory]
    [InlineData("status=canceling,queued", new[] { "later", "stopping", "other" })]
    [InlineData("status=Canceling,failed", new[] { "stopping" })]
    [InlineData("status=failed,succeeded", new string[0])]
    [InlineData("host=gpu-1", new[] { "later" })]
    [InlineData("host=gpu-2", new[] { "stopping" })]
    [InlineData("host=gpu-2&status=queued,canceling", new[] { "stopping" })]
    [InlineData("host=gpu-2&status=queued", new string[0])]
    public async Task Runs_are_found_by_several_statuses_and_by_the_host_of_their_last_attempt(string query, string[] names)
    {
        var store = rig.Get<RunStore>();
        await AddAsync("other", null);
        await store.InsertAsync((Row("stopping", null) with { Attempts = [On("gpu-1", 1), On("gpu-2", 2)] }).WithCancelRequested(Noon),
            Cancellation);
        var later = await AddAsync("later", null);
        await store.UpdateAsync(later with { Attempts = [On("gpu-1", 1)] }, Cancellation);

        Assert.Equal(names, (await ListAsync(query)).Names);
    }

    private static RunAttempt On(string host, int number) => new(number, new(host), default, Noon);

    private RunRecord Row(string name, string? metadata, string client = "") =>
        SomeRun.In(RunProcess.Initial, clock) with
        {
            Workflow = name,
            Client = client,
            Metadata = metadata is null ? null : JsonElement.Parse(metadata)
        };

    private Task<RunRecord> AddAsync(string name, string? metadata, string client = "") =>
        rig.Get<RunStore>().InsertAsync(Row(name, metadata, client), Cancellation);

    private async Task<(string[] Names, string? Continuation)> ListAsync(string query, Caller? caller = null)
    {
        var (status, body) = await RunsAsync(query, caller);
        Assert.Equal(200, status);
        return ([.. body["runs"]!.AsArray().Select(r => (string)r!["workflow"]!)], (string?)body["continuation"]);
    }

    private async Task<(int Status, JsonObject Body)> RunsAsync(string query, Caller? caller = null)
    {
        var request = ServerRig.Request(query: $"?{query}");
        request.SetCaller(caller ?? Caller.Anybody);
        return await rig.AnswerAsync(await rig.Get<RunEndpoints>().ListAsync(request, Cancellation));
    }
}
