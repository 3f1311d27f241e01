using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>What whoever holds a signed link is answered, and who is handed one.</summary>
public sealed class LinkEndpointTests : IAsyncLifetime
{
    private readonly ServerRig rig =
        new(new() { SignLinks = true, Callers = [new() { Client = "one", Key = "a-key-of-24-letters-or-so", Role = Role.Run }] });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_status_link_needs_no_key_and_repeats_itself_until_the_run_has_ended()
    {
        var run = await InsertAsync(RunProcess.Initial);
        var link = await LinkAsync(run, LinkAction.Status);
        var (request, (status, body)) = await GetAsync(link);

        Assert.Equal((202, "Pending", run.Id.Value), (status, (string)body["runtimeStatus"]!, (string)body["instanceId"]!));
        Assert.Equal(link, request.HttpContext.Response.Headers.Location.ToString());

        var ended = await InsertAsync(new RunState.Ended(new RunOutcome.Succeeded()));
        var (last, (done, shown)) = await GetAsync(await LinkAsync(ended, LinkAction.Status));

        Assert.Equal((200, "Completed", ended.Id.Value), (done, (string)shown["runtimeStatus"]!, (string)shown["output"]!["id"]!));
        Assert.Empty(last.HttpContext.Response.Headers.Location.ToString());
    }

    [Fact]
    public async Task Where_the_status_says_that_the_run_is_it_is_shown_without_a_key_by_the_same_signature_and_no_other()
    {
        var run = await InsertAsync(new RunState.Ended(new RunOutcome.Succeeded()));
        var (_, (_, document)) = await GetAsync(await LinkAsync(run, LinkAction.Status));
        var location = new Uri((string)document["resourceLocation"]!);
        var (shown, body) = await ShowAsync(location.Query);

        Assert.Equal($"http://localhost/api/links/runs/{run.Id}", location.GetLeftPart(UriPartial.Path));
        Assert.Equal((200, run.Id.Value, "succeeded"), (shown, (string)body["id"]!, (string)body["status"]!));
        foreach (var query in new[] { "", $"?sig={await SignAsync(run.Id, LinkAction.Cancel)}",
            $"?sig={await SignAsync(RunIds.New(TimeProvider.System), LinkAction.Status)}" })
        {
            var (status, refused) = await ShowAsync(query);
            Assert.Equal((404, await NotFoundAsync(run.Id.Value)), (status, WithoutTrace(refused)));
        }

        async Task<(int Status, JsonObject Body)> ShowAsync(string query)
        {
            var request = Request("GET", Paths.Link(run.Id), query);
            request.RouteValues["id"] = run.Id.Value;
            request.HttpContext.RequestServices = rig.Services;
            return await rig.AnswerAsync(await rig.Get<ApiPipeline>().AnswerAsync(request, "GetRunByLink", Cancellation));
        }
    }

    [Fact]
    public async Task A_cancel_link_cancels_and_leads_no_further()
    {
        var run = await InsertAsync(RunProcess.Initial);
        var (request, (status, body)) = await PostAsync(await LinkAsync(run, LinkAction.Cancel));

        Assert.Equal((202, $$"""{"id":"{{run.Id}}","status":"canceling"}"""), (status, body.ToJsonString()));
        Assert.DoesNotContain(request.HttpContext.Response.Headers, h => h.Value.ToString().Contains("sig=", StringComparison.Ordinal));
        Assert.Equal((run.Id, true),
            rig.Driver.Signals.TryDequeue(out var signal) ? (signal.Run, signal.News is RunEvent.CancelRequested) : default);
    }

    [Theory]
    [InlineData("the run, without a signature")]
    [InlineData("the run, the signature of the other action")]
    [InlineData("the run, the signature of another run")]
    [InlineData("no run, the signature of another run")]
    [InlineData("no run, a good signature")]
    [InlineData("no id")]
    public async Task Whatever_is_wrong_is_the_same_404_and_changes_nothing(string wrong)
    {
        var (run, another, absent) = (await InsertAsync(RunProcess.Initial), await InsertAsync(RunProcess.Initial),
            RunIds.New(TimeProvider.System));
        foreach (var (action, other) in new[] { (LinkAction.Status, LinkAction.Cancel), (LinkAction.Cancel, LinkAction.Status) })
        {
            var (id, signature) = wrong switch
            {
                "the run, without a signature" => (run.Id.Value, null),
                "the run, the signature of the other action" => (run.Id.Value, await SignAsync(run.Id, other)),
                "the run, the signature of another run" => (run.Id.Value, await SignAsync(another.Id, action)),
                "no run, the signature of another run" => (absent.Value, await SignAsync(another.Id, action)),
                "no run, a good signature" => (absent.Value, await SignAsync(absent, action)),
                "no id" => ("x", await SignAsync(run.Id, action)),
                _ => throw new ArgumentOutOfRangeException(nameof(wrong)),
            };
            var (_, (status, body)) = await AnswerAsync(action, id, signature is null ? "" : $"?sig={signature}");

            Assert.Equal(404, status);
            Assert.Equal(await NotFoundAsync(id), WithoutTrace(body));
        }

        Assert.Empty(rig.Driver.Signals);
    }

    [Fact]
    public async Task A_run_made_anew_is_followed_and_canceled_by_links_of_its_own()
    {
        var old = await InsertAsync(new RunState.Ended(new RunOutcome.Succeeded()));
        var request = Request("POST", $"/api/runs/{old.Id}/retry", "");
        var (status, body) = await rig.AnswerAsync(await rig.Get<CallEndpoints>().RetryAsync(request, old.Id.Value, Cancellation));
        var headers = request.HttpContext.Response.Headers;

        Assert.Equal(202, status);
        Assert.NotEqual(old.Id.Value, (string)body["id"]!);
        Assert.Equal(await SignedAsync(new((string)body["id"]!), LinkAction.Status), (string)body["statusQueryGetUri"]!);
        Assert.Equal(await SignedAsync(new((string)body["id"]!), LinkAction.Cancel), (string)body["terminatePostUri"]!);
        Assert.All([headers.Location, headers["Operation-Location"], headers["Azure-AsyncOperation"]],
            h => Assert.Equal((string)body["statusQueryGetUri"]!, h.ToString()));
    }

    [Fact]
    public async Task Without_a_link_a_key_is_needed_as_before()
    {
        var run = await InsertAsync(RunProcess.Initial);
        var request = Request("GET", $"/api/runs/{run.Id}/status", $"?sig={await SignAsync(run.Id, LinkAction.Status)}");
        var answer = await rig.Get<ApiPipeline>().AnswerAsync(request, "GetRunStatus", Cancellation);

        Assert.Equal(401, (await rig.AnswerAsync(answer)).Status);
    }

    private async Task<string> NotFoundAsync(string id) => WithoutTrace((await rig.AnswerAsync(RunAnswers.NotFound(id))).Body);

    private static string WithoutTrace(JsonObject problem)
    {
        problem.Remove("traceId");
        return problem.ToJsonString();
    }

    private async Task<RunRecord> InsertAsync(RunState state)
    {
        var run = SomeRun.In(state, TimeProvider.System) with { Client = "one" };
        await rig.Get<RunStore>().InsertAsync(run, Cancellation);
        return run;
    }

    private Task<string> SignAsync(RunId run, LinkAction action) => rig.Get<RunLinks>().SignAsync(run, action, Cancellation).AsTask();

    private async Task<string> SignedAsync(RunId run, LinkAction action) =>
        $"http://localhost{RunLinks.PathOf(run, action)}?sig={await SignAsync(run, action)}";

    private Task<string> LinkAsync(RunRecord run, LinkAction action) =>
        action is LinkAction.Status ? rig.Get<RunLinks>().StatusAsync(Request("GET", "/", ""), run.Id, Cancellation)
        : rig.Get<RunLinks>().CancelAsync(Request("GET", "/", ""), run.Id, Cancellation);

    private Task<(HttpRequest Request, (int Status, JsonObject Body) Answer)> GetAsync(string link) =>
        FollowAsync(LinkAction.Status, new(link));

    private Task<(HttpRequest Request, (int Status, JsonObject Body) Answer)> PostAsync(string link) =>
        FollowAsync(LinkAction.Cancel, new(link));

    private Task<(HttpRequest Request, (int Status, JsonObject Body) Answer)> FollowAsync(LinkAction action, Uri link) =>
        AnswerAsync(action, link.Segments[4].TrimEnd('/'), link.Query);

    // Through the gate, as a request comes.
    private async Task<(HttpRequest Request, (int Status, JsonObject Body) Answer)> AnswerAsync(LinkAction action, string id, string query)
    {
        var request = Request(action is LinkAction.Status ? "GET" : "POST", RunLinks.PathOf(new(id), action), query);
        request.RouteValues["id"] = id;
        request.HttpContext.RequestServices = rig.Services;
        var answer = await rig.Get<ApiPipeline>()
            .AnswerAsync(request, action is LinkAction.Status ? "GetRunStatusByLink" : "CancelRunByLink", Cancellation);
        return (request, await rig.AnswerAsync(answer));
    }

    private static HttpRequest Request(string verb, string path, string query)
    {
        var request = ServerRig.Request(query: query);
        (request.Method, request.Scheme, request.Host, request.Path) = (verb, "http", new("localhost"), path);
        return request;
    }
}
