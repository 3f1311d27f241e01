using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What a client of long-running operations relies on: repeating a call, following a run, deadlines, running it again.</summary>
[Collection(nameof(AppCollection))]
public class JobTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_duplicates_at_once_make_one_run()
    {
        await app.Http.SaveAsync("once", Prompts.Slow);
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200)
            .Select(_ => KeyedAsync("once", """{"sleep":{"seconds":10},"canvas":{"color":900}}""", key)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        var id = Assert.Single(answers.Select(a => (string)a.Body["id"]!).Distinct());
        Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(id)));
        Assert.Single(
            (await (await app.Http.GetAsync(new Uri("runs?workflow=once", UriKind.Relative),
                Cancellation)).JsonAsync())["runs"]!.AsArray());
    }

    [Theory]
    [InlineData("Idempotency-Key")]
    [InlineData("Repeatability-Request-ID")]
    [InlineData("Operation-Id")]
    public async Task A_key_is_for_one_call_and_a_refused_call_leaves_it_free(string header)
    {
        await app.Http.SaveAsync("keyed", Prompts.Picture);
        var key = Guid.NewGuid().ToString();
        var refused = await KeyedAsync("keyed", """{"my sampler":{"seed":"no"}}""", key, header);
        var first = await KeyedAsync("keyed", """{"my sampler":{"seed":6}}""", key, header);
        var again = await KeyedAsync("keyed", """{"my sampler":{"seed":6}}""", key, header);
        var other = await KeyedAsync("keyed", """{"my sampler":{"seed":7}}""", key, header);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal((string)first.Body["id"]!, (string)again.Body["id"]!);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal("idempotency_key_reuse", (string)other.Body["code"]!);
        await app.Http.EndAsync((string)first.Body["id"]!);
    }

    [Fact]
    public async Task A_key_that_cannot_be_one_is_refused()
    {
        await app.Http.SaveAsync("keyed", Prompts.Picture);
        var answer = await KeyedAsync("keyed", "{}", new string('k', 256));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task A_stream_tells_every_change_and_goes_on_where_it_was_cut()
    {
        await app.Http.SaveAsync("followed", Prompts.Slow);
        var id = await app.Http.StartAsync("followed", """{"sleep":{"seconds":1},"canvas":{"color":901}}""");
        var changes = new List<SseItem<string>>();
        var cuts = 0;
        while (changes.Count == 0 || !changes[^1].Data.Contains("succeeded", StringComparison.Ordinal))
        {
            changes.AddRange(await ChangesAsync(id, changes.Count == 0 ? null : changes[^1].EventId, atMost: 1));
            Assert.InRange(++cuts, 1, 100);
        }

        var whole = await ChangesAsync(id, after: null, atMost: int.MaxValue);

        Assert.Equal(["1", "2", "3"], changes.Select(c => c.EventId));
        Assert.Equal(["queued", "running", "succeeded"], whole.Select(c => (string)JsonNode.Parse(c.Data)!["status"]!));
        Assert.Equal(changes.Select(c => c.EventId), whole.Select(c => c.EventId));
    }

    [Theory]
    [InlineData(null, new[] { "1", "2", "3" })]
    [InlineData("1", new[] { "2", "3" })]
    public async Task Who_comes_back_whenever_a_stream_ends_hears_the_rest_and_then_that_there_is_no_more(string? after, string[] missed)
    {
        await app.Http.SaveAsync("followed", Prompts.Picture);
        var id = (string)(await app.Http.RunAsync("followed"))["id"]!;
        var heard = (await ChangesAsync(id, after, int.MaxValue)).Select(c => c.EventId).ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri($"runs/{id}/events", UriKind.Relative))
        { Headers = { { "Last-Event-ID", heard[^1] } } };
        using var again = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(missed, heard);
        Assert.Equal((HttpStatusCode.NoContent, ""), (again.StatusCode, await again.Content.ReadAsStringAsync(Cancellation)));
    }

    [Fact]
    public async Task A_run_that_is_being_canceled_says_so_until_it_has_ended()
    {
        await app.Http.SaveAsync("stopped", Prompts.Slow);
        var id = await app.Http.StartAsync("stopped", """{"sleep":{"seconds":20},"canvas":{"color":905}}""");
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        using var answer = await app.Http.PostAsync($"runs/{id}/cancel");
        var canceled = await app.Http.EndAsync(id);

        Assert.Equal((HttpStatusCode.Accepted, "canceling"), (answer.StatusCode, Caller.Status(await answer.JsonAsync())));
        Assert.Equal("canceled", Caller.Status(canceled));
        Assert.Equal(["queued", "running", "canceling", "canceled"],
            (await ChangesAsync(id, after: null, int.MaxValue)).Select(c => (string)JsonNode.Parse(c.Data)!["status"]!));
    }

    [Fact]
    public async Task A_stream_that_is_cut_at_any_byte_a_hundred_times_loses_no_change()
    {
        await app.Http.SaveAsync("cut", Prompts.Slow);
        var random = new Random(17);
        for (var (cuts, runs) = (0, 0); cuts < 100; runs++)
        {
            var id = await app.Http.StartAsync("cut", $$$"""{"sleep":{"seconds":0.5},"canvas":{"color":{{{9100 + runs}}}}}""");
            var heard = new List<(string Id, string Status)>();
            for (; heard.Count == 0 || heard[^1].Status is "queued" or "running"; cuts++)
            {
                heard.AddRange(await HearAsync(id, heard.Count == 0 ? null : heard[^1].Id, random.Next(1, 4000)));
                Assert.InRange(cuts, 0, 2000);
            }

            Assert.Equal([("1", "queued"), ("2", "running"), ("3", "succeeded")], heard);
        }
    }

    [Fact]
    public async Task Progress_is_streamed_while_a_run_executes()
    {
        await app.Http.SaveAsync("followed", Prompts.Slow);
        var id = await app.Http.StartAsync("followed", """{"sleep":{"seconds":1.5},"canvas":{"color":902}}""");
        await using var stream = await app.Http.GetStreamAsync(new Uri($"runs/{id}/events", UriKind.Relative), Cancellation);
        var kinds = new HashSet<string>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            kinds.Add(item.EventType);
        }

        Assert.Equal(["progress", "status"], kinds.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("runs/{0}/events")]
    [InlineData("runs/{0}/status")]
    public async Task An_unknown_run_has_nothing_to_follow(string path)
    {
        using var answer =
            await app.Http.GetAsync(
                new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
                    UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_call_may_set_its_own_deadline()
    {
        await app.Http.SaveAsync("hurried", Prompts.Slow);
        var run = await app.Http.RunAsync("hurried", """{"sleep":{"seconds":20},"canvas":{"color":903}}""", "?finishWithin=2");
        using var refused = await app.Http.CallAsync("hurried", "{}", query: "?finishWithin=soon&startWithin=-1");

        Assert.Equal("run_timeout", Caller.Code(run));
        Assert.Equal(["/startWithin", "/finishWithin"], await refused.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task An_ended_run_is_run_again_with_the_same_seeds_as_a_run_of_its_own()
    {
        await app.Http.SaveAsync("again", PictureAlone(Prompts.Picture));
        var old = await app.Http.RunAsync("again");
        using var answer = await app.Http.PostAsync($"runs/{(string)old["id"]!}/retry");
        var id = (string)(await answer.JsonAsync())["id"]!;
        var run = await app.Http.EndAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.NotEqual((string)old["id"]!, id);
        Assert.Equal((string)old["id"]!, (string)run["retryOf"]!);
        Assert.Equal(old["seeds"]!.ToJsonString(), run["seeds"]!.ToJsonString());
        Assert.Equal(PictureOf(old), PictureOf(run));
    }

    [Fact]
    public async Task A_fixed_set_of_seeds_gives_the_same_picture_and_every_seed_is_told()
    {
        await app.Http.SaveAsync("two passes", PictureAlone(TwoPasses));
        var one = await app.Http.RunAsync("two passes", """{"my sampler":{"seed":42}}""");
        var two = await app.Http.RunAsync("two passes", """{"my sampler":{"seed":42}}""");
        var saved = await app.Http.RunAsync("two passes", """{"my sampler":{"seed":"saved"}}""");
        var open = await app.Http.RunAsync("two passes", """{"my sampler":{"seed":"random"}}""");

        Assert.Equal(["5 42 given", "8 3 saved"], SeedsOf(one));
        Assert.Equal(PictureOf(one), PictureOf(two));
        Assert.Equal(["5 1 saved", "8 3 saved"], SeedsOf(saved));
        Assert.All(open["seeds"]!.AsArray(), s => Assert.Equal("drawn", (string)s!["origin"]!));
    }

    [Fact]
    public async Task An_author_says_what_becomes_of_seeds_that_callers_cannot_set()
    {
        await app.Http.SaveAsync("kept", $$$"""{"prompt":{{{TwoPasses}}},"settings":{"hiddenSeeds":"saved"}}""");
        await app.Http.SaveAsync("drawn", $$$"""{"prompt":{{{TwoPasses}}},"settings":{"hiddenSeeds":"random"}}""");
        var kept = await app.Http.RunAsync("kept");
        var drawn = await app.Http.RunAsync("drawn", """{"my sampler":{"seed":42}}""");
        using var explained = await app.Http.CallAsync("kept", "{}", query: "?validateOnly=true");

        Assert.Equal(["drawn", "saved"], kept["seeds"]!.AsArray().Select(s => (string)s!["origin"]!));
        Assert.Equal(["given", "drawn"], drawn["seeds"]!.AsArray().Select(s => (string)s!["origin"]!));
        Assert.Equal(["5"], (await explained.JsonAsync())["seedsToDraw"]!.AsArray().Select(s => (string)s!["node"]!));
    }

    private static string TwoPasses => Prompts.Picture.Replace(
        "\"samples\":[\"5\",0]", "\"samples\":[\"8\",0]", StringComparison.Ordinal).TrimEnd().TrimEnd('}')
        + """, "8": {"class_type":"KSampler","inputs":{"seed":3,"steps":1,"cfg":7,"sampler_name":"euler","scheduler":"normal","denoise":1,"model":["1",0],"positive":["2",0],"negative":["3",0],"latent_image":["5",0]},"_meta":{"title":"second pass"}}}""";

    // The file's metadata is the prompt as its host got it, with what that host keeps in memory for other workflows.
    private static string PictureAlone(string prompt) => $$$"""{"prompt":{{{prompt}}},"settings":{"stripMetadata":true}}""";

    private static IEnumerable<string> SeedsOf(JsonObject run) =>
        run["seeds"]!.AsArray().Select(s => $"{s!["node"]} {s["value"]} {s["origin"]}");

    private static string PictureOf(JsonObject run) => (string)run["outputs"]!["my image"]![0]!["sha256"]!;

    [Fact]
    public async Task A_call_is_explained_without_a_run()
    {
        await app.Http.SaveAsync("explained", Prompts.Picture);
        var fine = await ExplainAsync("""{"my sampler":{"seed":77}}""");
        var wrong = await ExplainAsync("""{"my sampler":{"seed":"no"},"nobody":{}}""");
        var nowhere = await ExplainAsync("""{"my sampler":{"seed":77}}""", "&label=zone:moon");
        using var unknown = await app.Http.CallAsync("explained-not", "{}", query: "?validateOnly=true");

        Assert.True((bool)fine["valid"]!);
        Assert.Equal((77, "seed", "my sampler"),
            ((long)fine["changes"]![0]!["to"]!, (string)fine["changes"]![0]!["input"]!, (string)fine["changes"]![0]!["tag"]!));
        Assert.NotNull(fine["changes"]![0]!["from"]);
        Assert.Empty(fine["seedsToDraw"]!.AsArray());
        Assert.Contains(fine["hosts"]!.AsArray(), h => (bool)h!["capable"]!);
        Assert.False((bool)wrong["valid"]!);
        Assert.Equal(["/my sampler/seed", "/nobody"], wrong["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
        Assert.All(nowhere["hosts"]!.AsArray(), h => Assert.Contains("zone=moon", (string)h!["reason"]!, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Empty(
            (await (await app.Http.GetAsync(new Uri("runs?workflow=explained", UriKind.Relative),
                Cancellation)).JsonAsync())["runs"]!.AsArray());

        async Task<JsonObject> ExplainAsync(string body, string query = "")
        {
            using var answer = await app.Http.CallAsync("explained", body, query: $"?validateOnly=true{query}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.JsonAsync();
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_is_not_run_again()
    {
        await app.Http.SaveAsync("again2", Prompts.Slow);
        var id = await app.Http.StartAsync("again2", """{"sleep":{"seconds":1},"canvas":{"color":904}}""");
        using var answer = await app.Http.PostAsync($"runs/{id}/retry");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        await app.Http.EndAsync(id);
    }

    // The state changes that came whole within so many bytes, after which the connection is cut.
    private async Task<List<(string Id, string Status)>> HearAsync(string id, string? after, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"runs/{id}/events", UriKind.Relative));
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var read = new byte[bytes];
        var length = await stream.ReadAtLeastAsync(read, bytes, throwOnEndOfStream: false, Cancellation);
        var whole = read.AsSpan(0, length).LastIndexOf("\n\n"u8) is var end and >= 0 ? read[..(end + 2)] : [];
        var changes = new List<(string, string)>();
        foreach (var item in SseParser.Create(new MemoryStream(whole)).Enumerate().Where(i => i.EventType == "status"))
        {
            changes.Add((item.EventId!, (string)JsonNode.Parse(item.Data)!["status"]!)); // Every status has an id.
        }

        return changes;
    }

    // The state changes that come before the reader hangs up.
    private async Task<List<SseItem<string>>> ChangesAsync(string id, string? after, int atMost)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"runs/{id}/events", UriKind.Relative));
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var changes = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            if (item.EventType == "status")
            {
                // The parser remembers the last id; every state change has its own.
                changes.Add(item);
                if (changes.Count == atMost)
                {
                    break;
                }
            }
        }

        return changes;
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> KeyedAsync(string name, string body, string key,
        string header = "Idempotency-Key")
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri($"workflows/{name}", UriKind.Relative)) { Content = Caller.Body(body) };
        request.Headers.Add(header, key);
        using var response = await app.Http.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.JsonAsync());
    }
}
