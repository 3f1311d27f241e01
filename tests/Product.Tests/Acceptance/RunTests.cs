using System.Net;
using System.Security.Cryptography;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Calling workflows, as an app does.</summary>
[Collection(nameof(AppCollection))]
public class RunTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_waits_gets_a_picture_behind_a_link_that_needs_no_key()
    {
        await app.Http.SaveAsync("sync", Prompts.Picture);
        var run = await app.Http.RunAsync("sync", """{"my sampler":{"seed":1234},"positive":{"text":"a lake"}}""");
        var picture = run["outputs"]!["my image"]![0]!;
        using var anyone = new HttpClient();
        using var download = await anyone.GetAsync(new Uri((string)picture["url"]!), Cancellation);
        var bytes = await download.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal((string)picture["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal((64, 64), ((int)picture["width"]!, (int)picture["height"]!));
        Assert.Equal("attachment", download.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal((1234, "given"), ((int)run["seeds"]![0]!["value"]!, (string)run["seeds"]![0]!["origin"]!));
    }

    [Fact]
    public async Task A_call_in_the_background_is_followed_by_its_status_url_to_the_end()
    {
        await app.Http.SaveAsync("async", Prompts.Slow);
        using var accepted = await app.Http.CallAsync("async", """{"sleep":{"seconds":0.5},"canvas":{"color":11}}""", "respond-async");
        var status = accepted.Headers.Location!;
        using var running = await app.Http.GetAsync(status, Cancellation);
        var id = (string)(await accepted.JsonAsync())["id"]!;
        await app.Http.EndAsync(id);
        using var done = await app.Http.GetAsync(status, Cancellation);
        var document = await done.JsonAsync();

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(status.ToString(), accepted.Headers.GetValues("Operation-Location").Single());
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);
        Assert.NotNull(running.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal("Completed", (string)document["runtimeStatus"]!);
        Assert.Equal(id, (string)document["instanceId"]!);
    }

    [Fact]
    public async Task A_run_tells_what_it_was_called_with_where_it_is_shown_alone()
    {
        const string Body = """{"my sampler":{"seed":1235,"steps":2},"positive":{"text":"a lake"}}""";
        await app.Http.SaveAsync("told", Prompts.Picture);
        var answered = await app.Http.RunAsync("told", Body[..^1] + ""","metadata":{"order":"told"}}""");
        var id = (string)answered["id"]!;
        var shown = await app.Http.RunOfAsync(id);
        var listed = (await (await app.Http.GetAsync(new Uri("runs?metadata.order=told", UriKind.Relative),
            Cancellation)).JsonAsync())["runs"]![0]!;
        var status = await (await app.Http.GetAsync(new Uri($"runs/{id}/status", UriKind.Relative), Cancellation)).JsonAsync();
        var events = await app.Http.GetStringAsync(new Uri($"runs/{id}/events", UriKind.Relative), Cancellation);

        Assert.Equal((Body, Body), (answered["inputs"]!.ToJsonString(), shown["inputs"]!.ToJsonString()));
        Assert.Contains($"\"inputs\":{Body}", events, StringComparison.Ordinal);
        Assert.Equal((id, null, null), ((string)listed["id"]!, listed["inputs"], status["output"]!["inputs"]));
        Assert.Equal("""{"order":"told"}""", listed["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task A_wait_that_lapses_answers_the_run_as_it_is()
    {
        await app.Http.SaveAsync("lapse", Prompts.Slow);
        using var lapsed = await app.Http.CallAsync("lapse", """{"sleep":{"seconds":3},"canvas":{"color":12}}""", "wait=1");
        var run = await lapsed.JsonAsync();

        Assert.Equal(HttpStatusCode.Accepted, lapsed.StatusCode);
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync((string)run["id"]!)));
    }

    [Fact]
    public async Task A_client_of_ComfyUI_Fast_API_gets_base64_in_arrays_by_tag()
    {
        await app.Http.SaveAsync("minimal", Prompts.Picture);
        using var response = await app.Http.CallAsync("minimal", """{"my sampler":{"seed":1234}}""",
            "wait=60, return=minimal", "?output=base64");
        var answer = await response.JsonAsync();

        Assert.Equal(["my image"], answer.Select(p => p.Key));
        Assert.Equal("\u0089PNG"[1..],
            System.Text.Encoding.Latin1.GetString(Convert.FromBase64String((string)answer["my image"]![0]!), 1, 3));
    }

    [Fact]
    public async Task A_seed_that_is_left_open_is_drawn_anew_and_told()
    {
        await app.Http.SaveAsync("seeds", Prompts.Picture);
        var one = await app.Http.RunAsync("seeds");
        var two = await app.Http.RunAsync("seeds");

        Assert.NotEqual((ulong)one["seeds"]![0]!["value"]!, (ulong)two["seeds"]![0]!["value"]!);
        Assert.NotEqual((string)one["outputs"]!["my image"]![0]!["sha256"]!, (string)two["outputs"]!["my image"]![0]!["sha256"]!);
    }

    [Fact]
    public async Task Every_kind_of_output_is_kept()
    {
        await app.Http.SaveAsync("everything", Prompts.Everything);
        var outputs = (await app.Http.RunAsync("everything"))["outputs"]!;

        Assert.Equal(3, outputs["still"]!.AsArray().Count);
        Assert.Equal("image", (string)outputs["still"]![0]!["type"]!);
        Assert.Equal("video", (string)outputs["moving"]![0]!["type"]!);
        Assert.Equal("audio", (string)outputs["sound"]![0]!["type"]!);
        Assert.Equal("latent", (string)outputs["latent"]![0]!["type"]!);
        Assert.Equal("3d", (string)outputs["mesh"]![0]!["type"]!);
        Assert.Equal("words", (string)outputs["words"]![0]!["text"]!);
        Assert.Equal(2 << 20, (int)outputs["file"]![0]!["bytes"]!);
    }

    [Fact]
    public async Task An_output_is_reached_by_its_tag_and_number_through_a_fresh_link()
    {
        await app.Http.SaveAsync("redirect", Prompts.Picture);
        var run = await app.Http.RunAsync("redirect");
        using var redirect = await app.Http.GetAsync(new Uri($"runs/{run["id"]}/outputs/my%20image/0", UriKind.Relative), Cancellation);
        using var beyond = await app.Http.GetAsync(new Uri($"runs/{run["id"]}/outputs/my%20image/1", UriKind.Relative), Cancellation);
        using var anyone = new HttpClient();

        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        Assert.True((await anyone.GetAsync(redirect.Headers.Location, Cancellation)).IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);
    }

    [Fact]
    public async Task A_node_that_raises_fails_the_run_and_is_named()
    {
        await app.Http.SaveAsync("failing", Prompts.Failing);
        var run = await app.Http.RunAsync("failing");

        Assert.Equal("failed", Caller.Status(run));
        Assert.Equal("node_failed", Caller.Code(run));
        Assert.Equal("breaker", (string)run["error"]!["node"]!["tag"]!);
        Assert.Contains("no luck", (string)run["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_and_by_workflow_in_pages()
    {
        await app.Http.SaveAsync("listed", Prompts.Slow);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((string)(await app.Http.RunAsync("listed", $$$$"""{"sleep":{"seconds":0},"canvas":{"color":{{{{i}}}}}}"""))["id"]!);
        }

        var first = await (await app.Http.GetAsync(new Uri("runs?workflow=listed&limit=2", UriKind.Relative), Cancellation)).JsonAsync();
        var second = await (await app.Http.GetAsync(
            new Uri($"runs?workflow=listed&limit=2&continuation={first["continuation"]}", UriKind.Relative), Cancellation)).JsonAsync();

        Assert.Equal(Enumerable.Reverse(ids), first["runs"]!.AsArray().Concat(second["runs"]!.AsArray()).Select(r => (string)r!["id"]!));
    }

    [Fact]
    public async Task A_deleted_run_is_gone_with_its_files()
    {
        await app.Http.SaveAsync("removed", Prompts.Picture);
        var run = await app.Http.RunAsync("removed");
        using var deleted = await app.Http.DeleteAsync(new Uri($"runs/{run["id"]}", UriKind.Relative), Cancellation);
        using var gone = await app.Http.GetAsync(new Uri($"runs/{run["id"]}", UriKind.Relative), Cancellation);
        using var anyone = new HttpClient();
        using var file = await anyone.GetAsync(new Uri((string)run["outputs"]!["my image"]![0]!["url"]!), Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);
    }

    [Fact]
    public async Task Fifty_calls_at_once_all_succeed_and_use_both_hosts()
    {
        await app.Http.SaveAsync("crowd", Prompts.Slow);
        var runs = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => app.Http.RunAsync("crowd", $$$$"""{"sleep":{"seconds":0.05},"canvas":{"color":{{{{i + 100}}}}}}""")));

        Assert.All(runs, r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.Equal(2, runs.Select(r => (string)r["host"]!).Distinct().Count());
    }
}
