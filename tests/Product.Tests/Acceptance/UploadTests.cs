using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SkiaSharp;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Files that do not travel as JSON: in a form, or ahead of the call into storage.</summary>
[Collection(nameof(AppCollection))]
public class UploadTests(AppFixture app)
{
    private static readonly HttpClient Storage = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_form_brings_values_and_files()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var form = new MultipartFormDataContent { { new StringContent("""{"invert":false}"""), "input" },
            { File(Png(30)), "input.image", "photo.png" } };
        var run = await PostAsync(form);

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal(20, (int)run["outputs"]!["output"]![0]!["width"]!);
    }

    [Fact]
    public async Task Several_files_of_one_name_are_a_batch()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var form = new MultipartFormDataContent { { File(Png(31)), "input.image", "a.png" },
            { File(Png(32)), "input.image", "b.png" } };

        Assert.Equal(2, (await PostAsync(form))["outputs"]!["output"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_form_that_is_sent_again_under_its_key_is_the_same_call()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var key = Guid.NewGuid().ToString();
        using var first = new MultipartFormDataContent { { File(Png(33)), "input.image", "photo.png" } };
        using var again = new MultipartFormDataContent { { File(Png(33)), "input.image", "photo.png" } };
        using var other = new MultipartFormDataContent { { File(Png(34)), "input.image", "photo.png" } };
        var run = await PostAsync(first, key);

        Assert.Equal((string)run["id"]!, (string)(await PostAsync(again, key))["id"]!);
        Assert.Equal("idempotency_key_reuse", (string)(await PostAsync(other, key))["code"]!);
    }

    [Fact]
    public async Task Texts_of_a_form_are_values_and_a_file_may_be_named_by_its_tag()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        await app.Http.SaveAsync("form", Prompts.Picture);
        using var photo = new MultipartFormDataContent { { File(Png(30)), "input", "photo.png" },
            { new StringContent("false"), "invert" } };
        using var texts = new MultipartFormDataContent
        {
            { new StringContent("hello"), "positive.text" },
            { new StringContent("5"), "my sampler.seed" },
            { new StringContent("3.5"), "my sampler.cfg" },
            { new StringContent("heun"), "My Sampler.sampler_name" },
            { new StringContent("1", null, "application/json"), "my sampler.steps" },
        };
        var run = await PostAsync(photo);
        using var answer = await app.Http.PostAsync(new Uri("workflows/form", UriKind.Relative), texts,
            TestContext.Current.CancellationToken);
        var called = await answer.JsonAsync();

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"positive":{"text":"hello"},"my sampler":{"seed":5,"cfg":3.5,"sampler_name":"heun","steps":1}}""",
            called["inputs"]!.ToJsonString());
    }

    [Fact]
    public async Task Every_fault_of_a_form_is_named()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("{"), "input" },
            { new ByteArrayContent([0xFF]), "invert" },
            { File(new byte[1_000_001]), "input.image", "large.png" },
        };
        var problem = await PostAsync(form);

        Assert.Equal(["", "/invert", "/input/image"], problem["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=never")]
    [InlineData("multipart/form-data; boundary=cut")]
    public async Task A_form_that_cannot_be_read_is_refused(string type)
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var content =
            new ByteArrayContent(
                Encoding.ASCII.GetBytes("--cut\r\nContent-Disposition: form-data; name=\"input.image\"\r\n\r\nhalf a file"));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal("invalid_request", (string)(await PostAsync(content))["code"]!);
    }

    [Fact]
    public async Task A_file_is_sent_ahead_by_a_link_that_only_writes()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var upload = await (await app.Http.PostAsync("uploads")).JsonAsync();
        var url = new Uri((string)upload["url"]!);
        using var put = new HttpRequestMessage(HttpMethod.Put, url) { Content = File(Png(35)) };
        foreach (var (name, value) in upload["headers"]!.AsObject())
        {
            put.Headers.Add(name, (string)value!);
        }

        using var sent = await Storage.SendAsync(put, Cancellation);
        using var read = await Storage.GetAsync(url, Cancellation);
        var run = await app.Http.RunAsync("upload", $$$"""{"input":{"image":"{{{(string)upload["ref"]!}}}"}}""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Forbidden), (sent.StatusCode, read.StatusCode));
        Assert.Equal("succeeded", Caller.Status(run));
    }

    [Fact]
    public async Task An_upload_that_is_not_there_or_is_no_ref_is_a_fault()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var upload = await (await app.Http.PostAsync("uploads")).JsonAsync();
        var missing = await app.Http.CallAsync("upload", $$$"""{"input":{"image":"{{{(string)upload["ref"]!}}}"}}""");
        var wrong = await app.Http.CallAsync("upload", """{"input":{"image":"upload:../../runs"}}""");

        Assert.Equal(["/input/image"], await missing.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/input/image"], await wrong.PointersAsync(HttpStatusCode.BadRequest));
    }

    private async Task<JsonObject> PostAsync(HttpContent content, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("workflows/upload", UriKind.Relative)) { Content = content };
        request.Headers.Add("Prefer", "wait=60");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await (await app.Http.SendAsync(request, Cancellation)).JsonAsync();
    }

    private static ByteArrayContent File(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };

    private static byte[] Png(byte shade)
    {
        using var bitmap = new SKBitmap(20, 10);
        bitmap.Erase(new SKColor(shade, 0, 0));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
