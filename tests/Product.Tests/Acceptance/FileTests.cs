using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Links that the server serves itself: the embedded store's, and any storage's with <c>Links=Proxy</c>.</summary>
[Collection(nameof(AppCollection))]
public class FileTests(AzuriteFixture azurite)
{
    private const string Key = "the-key-of-this-test-0123456789abcdef";

    private static readonly HttpClient Anyone =
        new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_serves_its_file_to_anyone_and_after_a_restart()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host);
        var output = await OutputAsync(app);
        var url = new Uri((string)output["url"]!);
        await app.RestartAsync();

        using var whole = await Anyone.GetAsync(url, Cancellation);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal((HttpStatusCode.OK, (long)output["bytes"]!, "image/png"),
            (whole.StatusCode, bytes.LongLength, whole.Content.Headers.ContentType?.MediaType));
        Assert.Equal($"\"{(string)output["sha256"]!}\"", whole.Headers.ETag?.Tag);
        Assert.Equal("nosniff", Assert.Single(whole.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);

        if (app.OtherAddress is { } other)
        {
            using var elsewhere = await Anyone.GetAsync(new UriBuilder(url) { Host = other.Host }.Uri, Cancellation);
            Assert.Equal(bytes, await elsewhere.Content.ReadAsByteArrayAsync(Cancellation));
        }

        using var part = await SendAsync(HttpMethod.Get, url, r => r.Headers.Range = new RangeHeaderValue(8, 15));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[8..16], await part.Content.ReadAsByteArrayAsync(Cancellation));
        using var beyond = await SendAsync(HttpMethod.Get, url, r => r.Headers.Range = new RangeHeaderValue(1 << 30, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var same = await SendAsync(HttpMethod.Get, url, r => r.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var head = await SendAsync(HttpMethod.Head, url, _ => { });
        Assert.Equal((HttpStatusCode.OK, bytes.LongLength), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("left/right")]
    [InlineData("a%2Fb & d? é")]
    public async Task A_thumbnail_is_shown_to_anyone_and_after_a_restart_and_nothing_else_by_its_link(string tag)
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host);
        var prompt = JsonNode.Parse(Prompts.Slow)!;
        prompt["3"]!["_meta"]!["title"] = $"Save [{tag}]";
        await app.Http.SaveAsync("tagged", prompt.ToJsonString());
        var run = await app.Http.RunAsync("tagged", """{"sleep":{"seconds":0}}""");
        var link = new Uri((string)run["outputs"]![tag]![0]!["thumbnailUrl"]!);
        await app.RestartAsync();

        foreach (var name in new[] { link.Host, app.OtherAddress?.Host ?? link.Host })
        {
            using var thumbnail = await Anyone.GetAsync(new UriBuilder(link) { Host = name }.Uri, Cancellation);
            Assert.Equal((HttpStatusCode.OK, "image/webp"), (thumbnail.StatusCode, thumbnail.Content.Headers.ContentType?.MediaType));
            Assert.Equal(name, thumbnail.RequestMessage?.RequestUri?.Host); // The link that it was sent on to names the server so too.
        }

        foreach (var (part, other) in new[] { ("&sig=", "&sig=A"), ("width=256", "width=257"), ("expires=", "expires=1"), ("/0?", "/1?") })
        {
            using var refused = await Anyone.GetAsync(new Uri(link.AbsoluteUri.Replace(part, other, StringComparison.Ordinal)), Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_link_allows_nothing_else()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host);
        var url = (string)(await OutputAsync(app))["url"]!;

        using var put = await SendAsync(HttpMethod.Put, new(url), r => r.Content = new ByteArrayContent([1]));
        using var altered = await Anyone.GetAsync(new Uri($"{url}AAAA"), Cancellation);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (put.StatusCode, altered.StatusCode));
    }

    [Fact]
    public async Task An_upload_takes_one_file_however_often_it_is_sent_without_a_key_and_none_that_is_too_large()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host, ("MaxInputBytes", "6000000"));
        var upload = await (await app.Http.PostAsync("uploads")).JsonAsync();
        var large = await (await app.Http.PostAsync("uploads")).JsonAsync();
        Assert.Empty(upload["headers"]!.AsObject());

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PutAsync(large, 6_000_001));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(large, 6_000_000));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(large, 6_000_000));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(large, 6_000_000, last: 1));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(upload, 10));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(upload, 10, isChunked: true));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(upload, 11));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(upload, 11, isChunked: true));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(upload, 9, isChunked: true));
        using var read = await Anyone.GetAsync(new Uri((string)upload["url"]!), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
    }

    [Fact]
    public async Task An_upload_may_be_as_long_as_the_answer_says()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host, AppProcess.IsFunctionsApp ? [] : [("MaxInputBytes", "40000000")]);
        var upload = await (await app.Http.PostAsync("uploads")).JsonAsync();
        var most = (int)upload["maxBytes"]!;

        // More than a server of .NET takes by itself; of the Functions host, all that it takes.
        Assert.Equal(AppProcess.IsFunctionsApp ? 104_857_600 : 40_000_000, most);
        Assert.Equal(AppProcess.IsFunctionsApp ? HttpStatusCode.InternalServerError : HttpStatusCode.RequestEntityTooLarge,
            await PutAsync(upload, most + 1, asksFirst: true));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(upload, most));
    }

    [Theory]
    [InlineData(null, "http://another-name:7/api/files/")]
    [InlineData("https://comfy.example.com", "https://comfy.example.com/api/files/")]
    public async Task A_link_names_the_server_as_the_caller_does(string? publicUrl, string start)
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host, publicUrl is null ? [] : [("PublicUrl", publicUrl)]);
        var id = (string)(await app.Http.RunAsync("picture", """{"my sampler":{"seed":1}}"""))["id"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"runs/{id}", UriKind.Relative));
        request.Headers.Host = "another-name:7";
        using var response = await app.Http.SendAsync(request, Cancellation);
        var run = await response.JsonAsync();

        Assert.StartsWith(start, (string)run["outputs"]!["my image"]![0]!["url"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_lead_to_the_address_that_was_asked()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await StartAsync(host);
        if (app.OtherAddress is not { } other)
        {
            return; // The server has no second address here.
        }

        var id = (string)(await app.Http.RunAsync("picture", """{"my sampler":{"seed":1}}"""))["id"]!;
        await app.RestartAsync();
        using var response = await SendAsync(HttpMethod.Get, new Uri(other, $"runs/{id}"),
            r => r.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key));
        var output = (await response.JsonAsync())["outputs"]!["my image"]![0]!;
        var url = new Uri((string)output["url"]!);
        using var file = await Anyone.GetAsync(url, Cancellation);

        using var stream = await SendAsync(HttpMethod.Get, new Uri(other, $"runs/{id}/events"),
            r => r.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key));
        var events = await stream.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(other.Authority, url.Authority);
        Assert.Contains($"\"url\":\"{other.GetLeftPart(UriPartial.Authority)}/api/files/", events, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", events, StringComparison.Ordinal);
        Assert.Equal((string)output["sha256"]!, Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(await file.Content.ReadAsByteArrayAsync(Cancellation))));
    }

    private async Task<AppProcess> StartAsync(SimulatedHost host, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => $"ComfyFunc__{s.Name}", s => s.Value);
        all["ComfyFunc__Links"] = "Proxy";
        all["ComfyFunc__Callers__0__Client"] = "tester";
        all["ComfyFunc__Callers__0__Key"] = Key;
        all["ComfyFunc__Callers__0__Role"] = "Admin";
        var app = await AppProcess.StartAsync(azurite, all);
        app.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await app.Http.AddHostAsync("a", host);
        await app.Http.SaveAsync("picture", Prompts.Picture);
        return app;
    }

    private static async Task<JsonNode> OutputAsync(AppProcess app) =>
        (await app.Http.RunAsync("picture", """{"my sampler":{"seed":1}}"""))["outputs"]!["my image"]![0]!;

    /// <param name="asksFirst">Whoever refuses by the length alone hangs up, and who is sending then may not hear why.</param>
    private static async Task<HttpStatusCode> PutAsync(JsonObject upload, int length, byte last = 0, bool isChunked = false,
        bool asksFirst = false)
    {
        var bytes = new byte[length];
        bytes[^1] = last;
        using var response = await SendAsync(HttpMethod.Put, new((string)upload["url"]!),
            r =>
            {
                r.Content = new ByteArrayContent(bytes);
                r.Headers.TransferEncodingChunked = isChunked;
                r.Headers.ExpectContinue = asksFirst;
            });
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod verb, Uri url, Action<HttpRequestMessage> with)
    {
        using var request = new HttpRequestMessage(verb, url);
        with(request);
        return await Anyone.SendAsync(request, Cancellation);
    }
}
