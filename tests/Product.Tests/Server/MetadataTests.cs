using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>
/// What callers want kept with runs: said in the query or the body, for one run or many, and told to whoever is told of the run.
/// </summary>
public sealed class MetadataTests : IAsyncLifetime
{
    private const string Prompt =
        """{"1":{"class_type":"EmptyImage","inputs":{"width":16,"height":16,"batch_size":1,"color":0},"_meta":{"title":"[canvas]"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"x"}}}""";

    private readonly ServerRig rig = new();
    private SimulatedHost host = null!; // Set before each test.

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await rig.StartedAsync();
        await rig.AnswerAsync(await rig.Get<HostEndpoints>()
            .PutAsync(ServerRig.Request($$"""{"url":"{{host.Url}}"}"""), "h", Cancellation));
        await SaveAsync("w", Prompt);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData(null, """{"canvas":{"color":1},"metadata":{"order":17}}""", """{"order":17}""")]
    [InlineData("""{"order":17}""", """{"canvas":{"color":1}}""", """{"order":17}""")]
    [InlineData("""{"order":17}""", """{"metadata":{ "order" : 17.0 }}""", """{ "order" : 17.0 }""")]
    [InlineData(null, """{"metadata":null}""", null)]
    [InlineData("""{"order":17}""", """{"metadata":null}""", """{"order":17}""")]
    public async Task It_is_kept_wherever_it_is_said(string? query, string body, string? kept)
    {
        var run = Assert.IsType<IntakeReply.Accepted>(await AcceptAsync("w", query, body)).Run;

        Assert.Equal(kept, run.Metadata?.GetRawText());
        Assert.DoesNotContain("order", run.Given!.Value.GetRawText() + run.Values!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"order":17}""", """{"metadata":{"order":18}}""")]
    [InlineData(null, """{"metadata":17}""")]
    [InlineData(null, """{"metadata":[]}""")]
    public async Task What_contradicts_itself_or_is_no_object_is_refused(string? query, string body)
    {
        var fault = Assert.Single(Assert.IsType<IntakeReply.Refused>(await AcceptAsync("w", query, body)).Faults);

        Assert.Equal((FaultCode.InvalidRequest, "/metadata"), (fault.Code, fault.Pointer));
    }

    [Fact]
    public async Task It_has_a_greatest_length()
    {
        string Of(int length) => $$"""{"a":"{{new string('x', length - 8)}}"}""";

        Assert.IsType<IntakeReply.Accepted>(await AcceptAsync("w", null, $$"""{"metadata":{{Of(MetadataReader.Longest)}}}"""));
        Assert.IsType<IntakeReply.Refused>(await AcceptAsync("w", null, $$"""{"metadata":{{Of(MetadataReader.Longest + 1)}}}"""));
    }

    [Fact]
    public async Task A_tag_of_its_name_is_a_tag()
    {
        await SaveAsync("tagged", Prompt.Replace("[canvas]", "[Metadata]", StringComparison.Ordinal));
        var run = Assert.IsType<IntakeReply.Accepted>(await AcceptAsync("tagged", """{"order":17}""", """{"metadata":{"color":5}}""")).Run;

        Assert.Equal(("""{"order":17}""", """{"metadata":{"color":5}}"""), (run.Metadata?.GetRawText(), run.Given?.GetRawText()));
    }

    [Fact]
    public async Task A_batch_s_is_for_its_runs_and_a_call_s_own_goes_before_it()
    {
        var (status, accepted) = await BatchAsync("""{"inputs":[{},{"metadata":{"own":1}}],"metadata":{"common":1}}""");
        var (_, wrong) = await BatchAsync("""{"inputs":[{}],"metadata":7}""");
        var (_, contradiction) = await BatchAsync("""{"inputs":[{}],"metadata":{"common":1}}""", """?metadata={"common":2}""");
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation);
        var page = await rig.Get<RunStore>().PageAsync(new(Batch: (string)accepted["id"]!), 10, null, Cancellation);

        Assert.Equal(202, status);
        Assert.Equal([(0, """{"common":1}"""), (1, """{"own":1}""")],
            page.Runs.Select(r => (r.Place!.Index, r.Metadata!.Value.GetRawText())).Order());
        Assert.All([wrong, contradiction], r => Assert.Equal("/metadata", (string)r["errors"]![0]!["pointer"]!));
    }

    [Theory]
    [InlineData("""{"order":17}""", """{"order":17}""")]
    [InlineData(null, null)]
    public async Task Whoever_is_told_of_the_run_is_told_it(string? metadata, string? told)
    {
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), TimeProvider.System) with
        {
            Webhook = new(new("https://example.org/"), []),
            Metadata = metadata is null ? null : JsonElement.Parse(metadata)
        };
        await rig.Get<Outbox>().HappeningAsync(run, RunMoment.Ended, Cancellation);
        var delivery = Assert.Single(await rig.Get<Outbox>().OfAsync(run.Id, Cancellation));

        Assert.Equal(told, JsonNode.Parse(delivery.Body)!["data"]!["metadata"]?.ToJsonString());
    }

    private async Task<IntakeReply> AcceptAsync(string workflow, string? query, string body)
    {
        var asked = ServerRig.Request(query: query is null ? "" : $"?metadata={Uri.EscapeDataString(query)}").Query;
        Assert.Empty(Call.FaultsOf(asked));
        return await rig.Get<RunIntake>().AcceptAsync(Call.Read(asked, workflow, null, Encoding.UTF8.GetBytes(body)), Cancellation);
    }

    private async Task SaveAsync(string name, string prompt) =>
        Assert.Equal(201,
            (await rig.AnswerAsync(await rig.Get<WorkflowEndpoints>()
                .PutAsync(Complete(ServerRig.Request(prompt)), name, Cancellation))).Status);

    private async Task<(int Status, JsonObject Body)> BatchAsync(string body, string query = "") =>
        await rig.AnswerAsync(await rig.Get<BatchEndpoints>()
            .SubmitAsync(Complete(ServerRig.Request(body, query)), "w", null, Cancellation));

    private static HttpRequest Complete(HttpRequest request)
    {
        (request.Scheme, request.Host) = ("http", new("localhost"));
        return request;
    }
}
