using System.Net;
using SkiaSharp;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What callers send: right in many forms, wrong in many ways.</summary>
[Collection(nameof(AppCollection))]
public class InputTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Png(byte shade)
    {
        using var bitmap = new SKBitmap(20, 10);
        bitmap.Erase(new SKColor(shade, 0, 0));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return Convert.ToBase64String(data.ToArray());
    }

    [Theory]
    [InlineData("""{"type":"file","content":"BASE64"}""")]
    [InlineData("""{"type":"file","url":"BASE64","name":"swapped.png"}""")]
    [InlineData("""{"content":"data:image/png;base64,BASE64"}""")]
    [InlineData("\"data:image/png;base64,BASE64\"")]
    [InlineData("\"BASE64\"")]
    public async Task A_picture_is_taken_in_every_form(string form)
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var run = await app.Http.RunAsync("upload", $$$$"""{"input":{"image":{{{{form.Replace("BASE64", Png(77), StringComparison.Ordinal)}}}}}}""");

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal((20, 10), ((int)run["outputs"]!["output"]![0]!["width"]!, (int)run["outputs"]!["output"]![0]!["height"]!));
    }

    [Fact]
    public async Task A_picture_is_fetched_by_its_url()
    {
        await using var web = await FileServer.StartAsync(Convert.FromBase64String(Png(5)));
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var run = await app.Http.RunAsync("upload", $$$$"""{"input":{"image":{"type":"file","content":"{{{{web.Url}}}}picture.png"}}}""");

        Assert.Equal("succeeded", Caller.Status(run));
    }

    [Fact]
    public async Task An_array_of_pictures_becomes_a_batch()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var run = await app.Http.RunAsync("upload", $$$$"""{"input":{"image":["{{{{Png(1)}}}}","{{{{Png(2)}}}}","{{{{Png(3)}}}}"]}}""");

        Assert.Equal(3, run["outputs"]!["output"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_tag_that_is_false_bypasses_its_node()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var inverted = await app.Http.RunAsync("upload", $$$$"""{"input":{"image":"{{{{Png(9)}}}}"}}""");
        var plain = await app.Http.RunAsync("upload", $$$$"""{"input":{"image":"{{{{Png(9)}}}}"},"invert":false}""");

        Assert.NotEqual((string)inverted["outputs"]!["output"]![0]!["sha256"]!, (string)plain["outputs"]!["output"]![0]!["sha256"]!);
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_named_with_its_place()
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var refused = await app.Http.CallAsync("faults", """{"my sampler":{"seed":-1,"steps":"many","cfg":1000,"sampler_name":"eulr","stepz":1,"positive":["1",0]},"nobody":{},"size":{"width":65}}""");

        Assert.Equal(
            ["/my sampler/cfg", "/my sampler/positive", "/my sampler/sampler_name", "/my sampler/seed", "/my sampler/steps", "/my sampler/stepz", "/nobody", "/size/width"],
            (await refused.PointersAsync(HttpStatusCode.BadRequest)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"my sampler":{"seed":1,"seed":2}}""")]
    public async Task A_body_that_is_no_object_of_unique_keys_is_refused(string body)
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var refused = await app.Http.CallAsync("faults", body);
        Assert.Equal([""], await refused.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_file_that_is_no_picture_or_too_large_is_refused_before_any_host_sees_it()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var noPicture = await app.Http.CallAsync("upload", $$$$"""{"input":{"image":{"type":"file","content":"{{{{Convert.ToBase64String(new byte[100])}}}}"}}}""");
        using var tooLarge = await app.Http.CallAsync("upload", $$$$"""{"input":{"image":{"type":"file","content":"{{{{Convert.ToBase64String(new byte[1_000_100])}}}}"}}}""");

        Assert.Equal(["/input/image/content"], await noPicture.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/input/image/content"], await tooLarge.PointersAsync(HttpStatusCode.RequestEntityTooLarge));
    }

    [Theory]
    [InlineData("nope", "{}", HttpStatusCode.NotFound)]
    [InlineData("faults/versions/99", "{}", HttpStatusCode.NotFound)]
    public async Task What_does_not_exist_is_not_found(string name, string body, HttpStatusCode status)
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var refused = await app.Http.CallAsync(name, body);
        Assert.Equal(status, refused.StatusCode);
    }
}
