using System.IO.Compression;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using SkiaSharp;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// Outputs as callers want them: other formats, small, without the prompt, in one file; and pictures while the work goes on.
/// </summary>
[Collection(nameof(AppCollection))]
public class OutputTests(AppFixture app)
{
    private static readonly byte[] PngText = "tEXtprompt"u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_gets_its_images_in_the_format_and_size_that_it_asks_for()
    {
        await app.Http.SaveAsync("converted", Prompts.Picture);
        var run = await app.Http.RunAsync("converted", query: "?format=webp&quality=60&width=32");
        var image = run["outputs"]!["my image"]![0]!;
        var plain = (await app.Http.RunOfAsync((string)run["id"]!))["outputs"]!["my image"]![0]!;

        Assert.Equal(("image/webp", 32, 32, true),
            ((string)image["contentType"]!, (int)image["width"]!, (int)image["height"]!, (bool)image["asWanted"]!));
        Assert.EndsWith(".webp", (string)image["name"]!, StringComparison.Ordinal);
        var file = await DownloadAsync((string)image["url"]!);
        Assert.Equal("RIFF"u8, file.AsSpan(0, 4));
        Assert.Equal((int)image["bytes"]!, file.Length);
        Assert.Equal((string)image["sha256"]!, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        Assert.Equal(("image/png", 64), ((string)plain["contentType"]!, (int)plain["width"]!));
        Assert.Null(plain["asWanted"]);
    }

    [Fact]
    public async Task An_output_and_its_thumbnail_are_one_request_away()
    {
        await app.Http.SaveAsync("thumbed", Prompts.Picture);
        var run = await app.Http.RunAsync("thumbed");
        var path = $"runs/{(string)run["id"]!}/outputs/my image/0";
        var thumbnail = await FollowAsync((string)run["outputs"]!["my image"]![0]!["thumbnailUrl"]!);
        var jpeg = await FollowAsync($"{path}?format=jpeg&quality=50&width=20");

        Assert.Equal("RIFF"u8, thumbnail.AsSpan(0, 4));
        Assert.Equal((20, 20), Size(jpeg));
        Assert.Equal("\x89PNG", Encoding.Latin1.GetString(await FollowAsync(path), 0, 4));
    }

    [Theory]
    [InlineData("left/right")]
    [InlineData("back\\slash")]
    [InlineData("50% off")]
    [InlineData("a%2Fb")]
    [InlineData("what? #1 & +more")]
    [InlineData("it's \"so\"; a=b, 🎨")]
    public async Task A_tag_may_have_any_character_in_every_link(string tag)
    {
        var prompt = JsonNode.Parse(Prompts.Slow)!;
        prompt["3"]!["_meta"]!["title"] = $"Save [{tag}]";
        await app.Http.SaveAsync("odd-tags", prompt.ToJsonString());
        var run = await app.Http.RunAsync("odd-tags", """{"sleep":{"seconds":0}}""");
        var output = run["outputs"]![tag]![0]!;

        Assert.Equal("RIFF", Encoding.Latin1.GetString(await FollowAsync((string)output["thumbnailUrl"]!), 0, 4));
        Assert.Equal("\x89PNG",
            Encoding.Latin1.GetString(await FollowAsync($"runs/{(string)run["id"]!}/outputs/{Uri.EscapeDataString(tag)}/0"), 0, 4));
    }

    [Fact]
    public async Task What_untagged_nodes_save_comes_back_and_an_output_with_nothing_is_an_empty_array()
    {
        var prompt = JsonNode.Parse(Prompts.Slow)!;
        prompt["4"] = JsonNode.Parse("""{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"other"}}""");
        prompt["5"] = JsonNode.Parse("""{"class_type":"PreviewImage","inputs":{"images":["1",0]}}""");
        await app.Http.SaveAsync("untagged", prompt.ToJsonString());
        var outputs = (await app.Http.RunAsync("untagged", """{"sleep":{"seconds":0}}"""))["outputs"]!.AsObject();
        prompt["4"]!["_meta"] = JsonNode.Parse("""{"title":"[other]"}""");
        prompt["5"]!["_meta"] = JsonNode.Parse("""{"title":"[sent]"}""");
        prompt["5"]!["class_type"] = "SaveImageWebsocket";
        await app.Http.SaveAsync("untagged", prompt.ToJsonString());
        var tagged = (await app.Http.RunAsync("untagged", """{"sleep":{"seconds":0}}"""))["outputs"]!.AsObject();

        Assert.Equal(["image", "untagged"], outputs.Select(o => o.Key).Order());
        Assert.Single(outputs["untagged"]!.AsArray());
        Assert.Equal(["image", "other", "sent"], tagged.Select(o => o.Key).Order());
    }

    [Fact]
    public async Task What_cannot_be_converted_or_asked_for_is_told()
    {
        await app.Http.SaveAsync("everything", Prompts.Everything);
        var run = await app.Http.RunAsync("everything", query: "?format=jpeg");
        var id = (string)run["id"]!;
        using var wrong =
            await app.Http.GetAsync(new Uri($"runs/{id}/outputs/still/0?format=tiff&width=0&strip=all", UriKind.Relative), Cancellation);
        using var wrongCall = await app.Http.CallAsync("everything", "{}", query: "?format=tiff&quality=0");
        using var sound = await app.Http.GetAsync(new Uri($"runs/{id}/outputs/sound/0?format=webp", UriKind.Relative), Cancellation);
        using var moving = await app.Http.GetAsync(new Uri($"runs/{id}/outputs/moving/0?format=png", UriKind.Relative), Cancellation);
        using var bundle = await app.Http.GetAsync(new Uri($"runs/{id}/outputs?bundle=rar", UriKind.Relative), Cancellation);

        Assert.All(run["outputs"]!["still"]!.AsArray(), o => Assert.Equal("image/jpeg", (string)o!["contentType"]!));
        Assert.False((bool)run["outputs"]!["sound"]![0]!["asWanted"]!);
        Assert.Equal(["/format", "/width", "/strip"], await wrong.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/format", "/quality"], await wrongCall.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, sound.StatusCode);
        Assert.Equal("output_not_convertible", (string)(await sound.JsonAsync())["code"]!);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, moving.StatusCode);
        Assert.Equal(["/bundle"], await bundle.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task All_outputs_come_in_one_zip()
    {
        await app.Http.SaveAsync("everything", Prompts.Everything);
        var run = await app.Http.RunAsync("everything");
        var packed = await FollowAsync($"runs/{(string)run["id"]!}/outputs?bundle=zip");
        var listed = await (await app.Http.GetAsync(new Uri($"runs/{(string)run["id"]!}/outputs", UriKind.Relative),
            Cancellation)).JsonAsync();
        using var zip = new ZipArchive(new MemoryStream(packed));

        Assert.Equal(listed.Sum(o => o.Value!.AsArray().Count), zip.Entries.Count);
        Assert.Equal(listed.Select(o => o.Key).Order(StringComparer.Ordinal), zip.Entries.Select(e => e.FullName.Split('/')[0]).Distinct()
            .Order(StringComparer.Ordinal));
        Assert.Equal(listed["still"]!.AsArray().Select(o => (long)o!["bytes"]!),
            zip.Entries.Where(e => e.FullName.StartsWith("still/", StringComparison.Ordinal))
                .OrderBy(e => e.FullName, StringComparer.Ordinal).Select(e => e.Length));
        using var words = new StreamReader(zip.Entries.Single(e => e.FullName.StartsWith("words/", StringComparison.Ordinal)).Open());
        Assert.Equal("words", await words.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task The_prompt_in_an_image_goes_when_the_caller_or_the_workflow_says_so()
    {
        await app.Http.SaveAsync("told",
            Prompts.Picture.Replace("PreviewImage\",\"inputs\":{", "SaveImage\",\"inputs\":{\"filename_prefix\":\"told\",",
                StringComparison.Ordinal));
        await app.Http.SaveAsync("untold",
            $$$"""{"prompt":{{{Prompts.Picture.Replace("PreviewImage\",\"inputs\":{", "SaveImage\",\"inputs\":{\"filename_prefix\":\"told\",", StringComparison.Ordinal)}}},"settings":{"stripMetadata":true}}""");
        var run = await app.Http.RunAsync("told", """{"my sampler":{"seed":8}}""");
        var told = await DownloadAsync((string)run["outputs"]!["my image"]![0]!["url"]!);
        var stripped = await FollowAsync($"runs/{(string)run["id"]!}/outputs/my image/0?strip=metadata");
        var untold = await DownloadAsync(
            (string)(await app.Http.RunAsync("untold", """{"my sampler":{"seed":8}}"""))["outputs"]!["my image"]![0]!["url"]!);

        Assert.True(told.AsSpan().IndexOf(PngText) > 0);
        Assert.True(stripped.AsSpan().IndexOf(PngText) < 0);
        Assert.Equal(stripped, untold);
        Assert.Equal(Pixels(told), Pixels(stripped));
    }

    [Fact]
    public async Task Nothing_is_stored_that_may_have_the_prompt_in_it_when_the_workflow_says_so()
    {
        const string Unknown = "\"SimBigFile\",\"inputs\":{\"megabytes\":2,\"filename_prefix\":\"all/big\"}";
        var known = Prompts.Everything.Replace(Unknown, "\"SimText\",\"inputs\":{\"text\":\"more\"}", StringComparison.Ordinal);
        await app.Http.SaveAsync("discreet", $$$"""{"prompt":{{{known}}},"settings":{"stripMetadata":true}}""");
        await app.Http.SaveAsync("indiscreet", $$$"""{"prompt":{{{Prompts.Everything}}},"settings":{"stripMetadata":true}}""");
        var run = await app.Http.RunAsync("discreet");
        var refused = await app.Http.RunAsync("indiscreet");

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.All(["still", "moving", "sound", "latent", "mesh"], tag => Assert.NotEmpty(run["outputs"]![tag]!.AsArray()));
        Assert.Equal("outputs_unavailable", Caller.Code(refused));
        Assert.Contains("Metadata cannot be taken out of big_", (string)refused["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_gets_any_known_kind_without_metadata()
    {
        await app.Http.SaveAsync("everything", Prompts.Everything);
        var id = (string)(await app.Http.RunAsync("everything"))["id"]!;
        using var unknown = await app.Http.GetAsync(new Uri($"runs/{id}/outputs/file/0?strip=metadata", UriKind.Relative), Cancellation);
        var sound = await FollowAsync($"runs/{id}/outputs/sound/0?strip=metadata");
        var mesh = await FollowAsync($"runs/{id}/outputs/mesh/0?strip=metadata");

        Assert.Equal("fLaC"u8, sound.AsSpan(0, 4));
        Assert.Equal("glTF"u8, mesh.AsSpan(0, 4));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.StatusCode);
    }

    [Fact]
    public async Task A_workflow_sets_the_deadlines_of_its_runs()
    {
        var saved = await app.Http.SaveAsync("brief", $$$"""{"prompt":{{{Prompts.Slow}}},"settings":{"finishWithin":2}}""");
        var unchanged = await app.Http.SaveAsync("brief", $$$"""{"prompt":{{{Prompts.Slow}}},"settings":{"finishWithin":2}}""");
        var run = await app.Http.RunAsync("brief", """{"sleep":{"seconds":20},"canvas":{"color":921}}""");
        var patient = await app.Http.RunAsync("brief", """{"sleep":{"seconds":0.1},"canvas":{"color":922}}""", "?finishWithin=60");
        using var wrong = await app.Http.PutAsync(new Uri("workflows/brief", UriKind.Relative),
            Caller.Body($$$"""{"prompt":{{{Prompts.Slow}}},"settings":{"finishWithin":0,"stripMetadata":"yes","more":1}}"""), Cancellation);

        Assert.Equal(2, (int)saved["settings"]!["finishWithin"]!);
        Assert.Equal((string)saved["etag"]!, (string)unchanged["etag"]!);
        Assert.Equal("run_timeout", Caller.Code(run));
        Assert.Equal("succeeded", Caller.Status(patient));
        Assert.Equal(["/settings/more", "/settings/finishWithin", "/settings/stripMetadata"],
            await wrong.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task What_a_caller_attaches_to_a_run_stays_with_it()
    {
        await app.Http.SaveAsync("attached", Prompts.Picture);
        var run = await app.Http.RunAsync("attached", query: $"?metadata={Uri.EscapeDataString("""{"order":17}""")}");
        using var wrong = await app.Http.CallAsync("attached", "{}", query: "?metadata=[1]");

        Assert.Equal(17, (int)(await app.Http.RunOfAsync((string)run["id"]!))["metadata"]!["order"]!);
        Assert.Equal(["/metadata"], await wrong.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Pictures_of_work_in_progress_are_streamed_to_those_who_ask()
    {
        await app.Http.SaveAsync("previewed", Prompts.Picture);
        var id = await app.Http.StartAsync("previewed", """{"my sampler":{"steps":60},"size":{"width":1024,"height":1024}}""");
        await using var stream = await app.Http.GetStreamAsync(new Uri($"runs/{id}/events?previews=true", UriKind.Relative), Cancellation);
        JsonNode? preview = null;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            preview ??= item.EventType == "preview" ? JsonNode.Parse(item.Data) : null;
        }

        Assert.NotNull(preview);
        Assert.Equal("image/jpeg", (string)preview["contentType"]!);
        Assert.True(Size(Convert.FromBase64String((string)preview["base64"]!)).Width > 0);
    }

    private static async Task<byte[]> DownloadAsync(string url)
    {
        using var http = new HttpClient();
        return await http.GetByteArrayAsync(new Uri(url), Cancellation);
    }

    private async Task<byte[]> FollowAsync(string link)
    {
        using var answer = await app.Http.GetAsync(new Uri(link, UriKind.RelativeOrAbsolute), Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await DownloadAsync(answer.Headers.Location!.AbsoluteUri);
    }

    private static (int Width, int Height) Size(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file);
        return (bitmap.Width, bitmap.Height);
    }

    private static byte[] Pixels(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file);
        return bitmap.Bytes;
    }
}
