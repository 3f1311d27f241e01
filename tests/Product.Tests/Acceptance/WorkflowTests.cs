using System.Net;
using System.Net.Http.Headers;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Saving workflows, as an author does.</summary>
[Collection(nameof(AppCollection))]
public class WorkflowTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_saved_workflow_shows_its_contract_and_can_be_saved_again_without_a_new_version()
    {
        var first = await app.Http.SaveAsync("contract", Prompts.Picture);
        var again = await app.Http.SaveAsync("contract", Prompts.Picture);

        Assert.Equal(1, (int)first["version"]!);
        Assert.Equal(1, (int)again["version"]!);
        var sampler = first["contract"]!["tags"]!.AsArray().Single(t => (string)t!["name"]! == "my sampler")!;
        var seed = sampler["inputs"]!.AsArray().Single(i => (string)i!["name"]! == "seed")!;
        Assert.Equal("INT", (string)seed["type"]!);
        Assert.Equal("my image", (string)first["contract"]!["outputs"]![0]!["tag"]!);
        Assert.Equal("image", (string)first["contract"]!["outputs"]![0]!["kind"]!);
    }

    [Fact]
    public async Task A_changed_workflow_is_a_new_version_and_the_old_one_still_runs()
    {
        await app.Http.SaveAsync("versions", Prompts.Slow);
        var second = await app.Http.SaveAsync("versions", Prompts.Slow.Replace("[image]", "[picture]", StringComparison.Ordinal));
        var old = await (await app.Http.CallAsync("versions/versions/1", """{"sleep":{"seconds":0}}""")).JsonAsync();
        var latest = await app.Http.RunAsync("versions", """{"sleep":{"seconds":0}}""");
        var listed = await (await app.Http.GetAsync(new Uri("workflows/versions/versions", UriKind.Relative), Cancellation)).JsonAsync();

        Assert.Equal(2, (int)second["version"]!);
        Assert.Contains(second["differences"]!.AsArray(), d => (string)d!["kind"]! == "outputRemoved" && (bool)d["isBreaking"]!);
        Assert.NotNull(old["outputs"]!["image"]);
        Assert.NotNull(latest["outputs"]!["picture"]);
        Assert.Equal([2, 1], listed["versions"]!.AsArray().Select(v => (int)v!["version"]!));
    }

    [Fact]
    public async Task An_alias_is_promoted_and_rolled_back()
    {
        await app.Http.SaveAsync("aliased", Prompts.Slow);
        await app.Http.SaveAsync("aliased", Prompts.Slow.Replace("[image]", "[picture]", StringComparison.Ordinal));
        using var made = await AliasAsync("production", """{"version":1}""");
        using var staged = await AliasAsync("staging", """{"version":2}""");
        using var refused = await AliasAsync("production?breaking=refuse", """{"version":"staging"}""");
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Conflict],
            [made.StatusCode, staged.StatusCode, refused.StatusCode]);
        Assert.NotNull((await ProductionAsync())["image"]);

        using var promoted = await AliasAsync("production", """{"version":"staging"}""");
        Assert.Contains((await promoted.JsonAsync())["differences"]!.AsArray(), d => (bool)d!["isBreaking"]!);
        Assert.NotNull((await ProductionAsync())["picture"]);

        using var back = await app.Http.PostAsync("workflows/aliased/aliases/production/rollback");
        using var further = await app.Http.PostAsync("workflows/aliased/aliases/production/rollback");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (back.StatusCode, further.StatusCode));
        Assert.NotNull((await ProductionAsync())["image"]);
        var shown = await (await app.Http.GetAsync(new Uri("workflows/aliased/versions/Production", UriKind.Relative),
            Cancellation)).JsonAsync();
        Assert.Equal((1, 1, 2), ((int)shown["version"]!, (int)shown["aliases"]!["production"]!, (int)shown["aliases"]!["staging"]!));

        async Task<System.Text.Json.Nodes.JsonNode> ProductionAsync() =>
            (await (await app.Http.CallAsync("aliased/versions/production", """{"sleep":{"seconds":0}}""")).JsonAsync())["outputs"]!;
    }

    [Theory]
    [InlineData("7", """{"version":1}""", HttpStatusCode.BadRequest)]
    [InlineData("live", """{"version":9}""", HttpStatusCode.NotFound)]
    [InlineData("live", """{"version":"nowhere"}""", HttpStatusCode.NotFound)]
    [InlineData("live", "{}", HttpStatusCode.BadRequest)]
    public async Task An_alias_of_nothing_is_refused(string alias, string body, HttpStatusCode status)
    {
        await app.Http.SaveAsync("aliased", Prompts.Slow);
        using var refused = await AliasAsync(alias, body);

        Assert.Equal(status, refused.StatusCode);
    }

    private Task<HttpResponseMessage> AliasAsync(string alias, string body) =>
        app.Http.PutAsync(new Uri($"workflows/aliased/aliases/{alias}", UriKind.Relative), Caller.Body(body), Cancellation);

    [Fact]
    public async Task A_breaking_change_is_refused_on_demand_and_a_stale_etag_always()
    {
        var saved = await app.Http.SaveAsync("guarded", Prompts.Slow);
        using var breaking =
            await PutAsync("guarded?breaking=refuse", Prompts.Slow.Replace("[image]", "[other]", StringComparison.Ordinal), null);
        using var stale = await PutAsync("guarded", Prompts.Slow.Replace("1.0", "2.0", StringComparison.Ordinal), "\"stale\"");
        using var fresh = await PutAsync("guarded", Prompts.Slow.Replace("1.0", "2.0", StringComparison.Ordinal), (string)saved["etag"]!);

        Assert.Equal(HttpStatusCode.Conflict, breaking.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
    }

    [Fact]
    public async Task A_deleted_workflow_is_gone_and_its_version_numbers_are_not_used_again()
    {
        await app.Http.SaveAsync("short-lived", Prompts.Slow);
        using var deleted = await app.Http.DeleteAsync(new Uri("workflows/short-lived", UriKind.Relative), Cancellation);
        using var call = await app.Http.CallAsync("short-lived", "{}");
        var again = await app.Http.SaveAsync("short-lived", Prompts.Slow);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, call.StatusCode);
        Assert.Equal(2, (int)again["version"]!);
    }

    [Fact]
    public async Task Every_fault_of_a_prompt_is_named_with_its_place()
    {
        var broken = Prompts.Slow.Replace("\"width\":32", "\"width\":null", StringComparison.Ordinal)
            .Replace("""["2",0]""", """["9",0]""", StringComparison.Ordinal)
            .Replace("\"3\":", """ "4":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"p"}},"3":""",
                StringComparison.Ordinal);
        using var refused = await PutAsync("broken", broken, null);

        Assert.Equal(["/1/inputs/width", "/3/inputs/images"], (await refused.PointersAsync(HttpStatusCode.UnprocessableEntity)).Order());
    }

    [Fact]
    public async Task What_no_host_has_is_told_and_keeps_nobody_from_saving()
    {
        var saved = await app.Http.SaveAsync("warned", Prompts.Picture.Replace("dreamshaper_8", "juggernaut", StringComparison.Ordinal)
            .Replace("Preview Image [my image]", "Preview [DEPRECATED] [my image]", StringComparison.Ordinal));
        var shown = await (await app.Http.GetAsync(new Uri("workflows/warned", UriKind.Relative), Cancellation)).JsonAsync();
        var run = await app.Http.RunAsync("warned");
        var sound = await app.Http.SaveAsync("sound", Prompts.Picture);

        string[] warnings = ["accidental_tag /7/_meta/title", "option_missing /1/inputs/ckpt_name"];
        Assert.Equal(warnings, saved["warnings"]!.AsArray().Select(w => $"{w!["code"]} {w["pointer"]}").Order());
        Assert.Equal(warnings, shown["warnings"]!.AsArray().Select(w => $"{w!["code"]} {w["pointer"]}").Order());
        Assert.Equal("no_capable_host", Caller.Code(run));
        Assert.Contains("juggernaut", (string)run["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Empty(sound["warnings"]!.AsArray());
    }

    [Fact]
    public async Task A_workflow_that_is_known_by_its_etag_is_not_sent_again()
    {
        var saved = await app.Http.SaveAsync("known", Prompts.Slow);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("workflows/known", UriKind.Relative));
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse((string)saved["etag"]!));
        using var response = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    private async Task<HttpResponseMessage> PutAsync(string name, string prompt, string? etag)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Put, new Uri($"workflows/{name}", UriKind.Relative)) { Content = Caller.Body(prompt) };
        if (etag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(etag));
        }

        return await app.Http.SendAsync(request, Cancellation);
    }
}
