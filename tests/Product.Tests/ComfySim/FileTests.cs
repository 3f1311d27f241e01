using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SkiaSharp;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Putting files onto a host and taking them off it.</summary>
public sealed class FileTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync(new() { Speed = 0, BaseDirectory = folder.FullName });

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_same_bytes_keep_their_name_and_others_get_a_number()
    {
        Assert.Equal("""{"name": "up.png", "subfolder": "", "type": "input"}""", (await UploadAsync("up.png", "one")).GetRawText());
        Assert.Equal("up.png", Name(await UploadAsync("up.png", "one")));
        Assert.Equal("up (1).png", Name(await UploadAsync("up.png", "two")));
        Assert.Equal("up (1).png", Name(await UploadAsync("up.png", "two")));
        Assert.Equal("up (2).png", Name(await UploadAsync("up.png", "three")));
        Assert.Equal("up.png", Name(await UploadAsync("up.png", "four", ("overwrite", "true"))));
        Assert.Equal("four", File.ReadAllText(Path.Combine(folder.FullName, "input", "up.png")));
    }

    [Fact]
    public async Task Subfolder_and_type_say_where_the_file_goes()
    {
        Assert.Equal("""{"name": "a.txt", "subfolder": "my/sub", "type": "temp"}""",
            (await UploadAsync("a.txt", "x", ("subfolder", "my/sub"), ("type", "temp"))).GetRawText());
        Assert.True(File.Exists(Path.Combine(folder.FullName, "temp", "my", "sub", "a.txt")));
    }

    [Theory]
    [InlineData("\"../evil.png\"", "", "input", HttpStatusCode.BadRequest)]
    [InlineData("\"a.png\"", "../../x", "input", HttpStatusCode.BadRequest)]
    [InlineData("\"a.png\"", "", "elsewhere", HttpStatusCode.InternalServerError)]
    [InlineData("\"no/such/folder.png\"", "", "input", HttpStatusCode.InternalServerError)]
    [InlineData("\"\"", "", "input", HttpStatusCode.InternalServerError)]
    [InlineData(null, "", "input", HttpStatusCode.InternalServerError)]
    public async Task An_upload_to_nowhere_is_refused(string? fileName, string subfolder, string type, HttpStatusCode status)
    {
        using var form = new MultipartFormDataContent();
        var file = new StringContent("x");
        file.Headers.ContentDisposition = new("form-data") { Name = "\"image\"", FileName = fileName };
        form.Add(file);
        form.Add(new StringContent(subfolder), "subfolder");
        form.Add(new StringContent(type), "type");
        using var response = await rig.PostAsync("upload/image", form);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_upload_without_the_field_or_the_form_is_a_bad_one()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var without = await rig.PostAsync("upload/image", form);
        using var json = await rig.PostAsync("upload/image", """{"image":"x"}""");
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (without.StatusCode, json.StatusCode));
    }

    [Fact]
    public async Task A_mask_needs_the_picture_that_it_belongs_to()
    {
        using var form = Form("m.png", "x");
        using var without = await rig.PostAsync("upload/mask", form);
        Assert.Equal(HttpStatusCode.InternalServerError, without.StatusCode);
    }

    [Fact]
    public async Task An_uploaded_picture_can_be_loaded_at_once_and_is_listed()
    {
        using var bitmap = new SKBitmap(4, 4);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(png.ToArray()), "image", "空 ünï.png" } };
        using (var stored = await rig.PostAsync("upload/image", form))
        {
            Assert.Equal("空 ünï.png", Name(await stored.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)));
        }

        Assert.Contains("\\u7a7a", (await rig.GetAsync("object_info/LoadImage")).GetRawText(), StringComparison.Ordinal);

        await rig.RunAsync(new JsonObject { ["1"] = Graphs.Node("LoadImage", ("image", "空 ünï.png")), ["2"] = Graphs.Save("1") },
            await rig.ListenAsync(), "p");
        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
        using var viewed = await ViewAsync("filename=%E7%A9%BA%20%C3%BCn%C3%AF.png&type=input");
        Assert.Equal(png.ToArray(), await viewed.Content.ReadAsByteArrayAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_file_is_viewed_with_its_type_its_name_and_a_tag()
    {
        Write("output", "a.png", "0123456789");
        using var response = await ViewAsync("filename=a.png");
        Assert.Equal("0123456789", await response.Content.ReadAsStringAsync(Deadline.Token));
        Assert.Equal("image/png", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("filename=\"a.png\"", response.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.NotNull(response.Headers.ETag);
        Assert.NotNull(response.Content.Headers.LastModified);
        Assert.Null(response.Headers.CacheControl);

        using var unchanged = await ViewAsync("filename=a.png", r => r.Headers.IfNoneMatch.Add(response.Headers.ETag));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using var part = await ViewAsync("filename=a.png", r => r.Headers.Range = new(2, 4));
        Assert.Equal((HttpStatusCode.PartialContent, "234", "bytes 2-4/10"),
            (part.StatusCode, await part.Content.ReadAsStringAsync(Deadline.Token), part.Content.Headers.ContentRange!.ToString()));
        using var head = await ViewAsync("filename=a.png", r => r.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, 10L), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("", HttpStatusCode.NotFound)]
    [InlineData("filename=nosuch.png", HttpStatusCode.NotFound)]
    [InlineData("filename=", HttpStatusCode.BadRequest)]
    [InlineData("filename=../../etc/passwd", HttpStatusCode.BadRequest)]
    [InlineData("filename=/etc/passwd", HttpStatusCode.BadRequest)]
    [InlineData("filename=a.png&type=bogus", HttpStatusCode.BadRequest)]
    [InlineData("filename=a.png&subfolder=../../..", HttpStatusCode.Forbidden)]
    public async Task What_may_not_be_viewed_is_refused(string query, HttpStatusCode status)
    {
        Write("output", "a.png", "x");
        using var response = await ViewAsync(query);
        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("x.html", "application/octet-stream")]
    [InlineData("x.js", "application/octet-stream")]
    [InlineData("x.svg", "image/svg+xml")]
    [InlineData("x.mp4", "video/mp4")]
    [InlineData("x.webm", "video/webm")]
    [InlineData("x.flac", "audio/flac")]
    [InlineData("x.latent", "application/octet-stream")]
    public async Task Pages_and_scripts_are_bytes_and_the_rest_is_what_it_is(string name, string type)
    {
        Write("output", name, "x");
        using var response = await ViewAsync($"filename={name}");
        Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("preview=webp;50", "image/webp")]
    [InlineData("preview=jpeg", "image/jpeg")]
    [InlineData("channel=rgb", "image/png")]
    [InlineData("channel=a", "image/png")]
    public async Task A_picture_is_transcoded_on_demand(string query, string type)
    {
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync());
        using var response = await ViewAsync($"filename=t_00001_.png&{query}");
        Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
        Assert.Null(response.Headers.ETag);
        using var picture = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync(Deadline.Token));
        Assert.Equal(16, picture.Width);
    }

    [Fact]
    public async Task Names_of_files_count_on_from_what_is_on_disk()
    {
        Write("output/sub", "t_00007_.png", "x");
        await rig.RunAsync(Graphs.Picture(prefix: "sub/t"), await rig.ListenAsync(), "p");
        Assert.Equal(
            """{"images": [{"filename": "t_00008_.png", "subfolder": "sub", "type": "output"}]}""",
            (await rig.EntryAsync("p")).GetProperty("outputs").GetProperty("2").GetRawText());
    }

    [Fact]
    public async Task A_prefix_knows_the_size_and_the_year()
    {
        await rig.RunAsync(Graphs.Picture(prefix: "%width%x%height%-%date:yyyy%"), await rig.ListenAsync());
        Assert.Equal("16x16-%date:yyyy%_00001_.png",
            Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "output")))));
    }

    [Fact]
    public async Task A_prefix_outside_the_output_folder_fails_when_it_runs()
    {
        await rig.RunAsync(Graphs.Picture(prefix: "../../evil"), await rig.ListenAsync(), "p");
        var message = (await rig.EntryAsync("p")).GetProperty("status")
            .GetProperty("messages")[2][1].GetProperty("exception_message").GetString();
        Assert.StartsWith("**** ERROR: Saving image outside the output folder is not allowed.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_written_picture_holds_the_prompt_and_every_extra_key()
    {
        var socket = await rig.ListenAsync();
        var extra = new JsonObject { ["extra_pnginfo"] = new JsonObject { ["workflow"] = new JsonObject { ["mine"] = "here" } } };
        await socket.UntilEndOfAsync(await rig.SubmitAsync(Graphs.Picture(), null, "c", ("extra_data", extra)));
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder.FullName, "output", "t_00001_.png")));
        Assert.Contains("tEXtprompt\0{\"1\": {\"class_type\": \"EmptyImage\"", text, StringComparison.Ordinal);
        Assert.Contains("tEXtworkflow\0{\"mine\": \"here\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Temporary_files_do_not_outlive_the_process_and_outputs_do()
    {
        Write("temp", "a.png", "x");
        Write("output", "a.png", "x");
        await rig.Host.RestartAsync(Deadline.Token);
        using var temp = await ViewAsync("filename=a.png&type=temp");
        using var output = await ViewAsync("filename=a.png");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (temp.StatusCode, output.StatusCode));
    }

    private static string? Name(JsonElement stored) => stored.GetProperty("name").GetString();

    private static MultipartFormDataContent Form(string name, string content, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new StringContent(content), "image", name } };
        foreach (var (field, value) in fields)
        {
            form.Add(new StringContent(value), field);
        }

        return form;
    }

    private async Task<JsonElement> UploadAsync(string name, string content, params (string Name, string Value)[] fields)
    {
        using var form = Form(name, content, fields);
        using var response = await rig.PostAsync("upload/image", form);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token);
    }

    private Task<HttpResponseMessage> ViewAsync(string query, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"view?{query}", UriKind.Relative));
        change?.Invoke(request);
        return rig.Http.SendAsync(request, Deadline.Token);
    }

    private void Write(string into, string name, string content)
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, into));
        File.WriteAllText(Path.Combine(folder.FullName, into, name), content);
    }
}
