using System.Net;
using System.Text;
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
        var run = await app.Http.RunAsync("upload",
            $$$$"""{"input":{"image":{{{{form.Replace("BASE64", Png(77), StringComparison.Ordinal)}}}}}}""");

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
        using var refused =
            await app.Http.CallAsync("faults",
                """{"my sampler":{"seed":-1,"steps":"many","cfg":1000,"sampler_name":"eulr","stepz":1,"positive":["1",0]},"nobody":{},"size":{"width":8}}""");

        Assert.Equal(
            ["/my sampler/cfg", "/my sampler/positive", "/my sampler/sampler_name", "/my sampler/seed", "/my sampler/steps",
                "/my sampler/stepz", "/nobody", "/size/width"],
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

    // A character between U+0080 and U+00FF stands for that byte.
    [Theory]
    [InlineData("POST", "workflows/faults", """{"positive":{"text":"a cat \ud83d"}}""", "invalid_input", "/positive/text")]
    [InlineData("POST", "workflows/faults", """{"my sampler":{"sampler_name":"\udc00"}}""", "invalid_input", "/my sampler/sampler_name")]
    [InlineData("POST", "workflows/faults", """{"\ud83d":{}}""", "invalid_input", "/\uFFFD")]
    [InlineData("POST", "workflows/faults", "{\"positive\":{\"text\":\"caf\u00e9\"}}", "invalid_input", "/positive/text")]
    [InlineData("POST", "workflows/faults/versions/1", """{"positive":{"text":"\ud83d"}}""", "invalid_input", "/positive/text")]
    [InlineData("POST", "workflows/faults?metadata=%7B%22a%22%3A%22%5Cud83d%22%7D", "{}", "invalid_request", "/metadata/a")]
    [InlineData("POST", "workflows/faults/batches", """{"inputs":[{},{"positive":{"text":"\ud83d"}}]}""", "invalid_input",
        "/inputs/1/positive/text")]
    [InlineData("POST", "workflows/faults/batches", """{"matrix":{"positive":{"text":["a","\ud83d"]}}}""", "invalid_input",
        "/matrix/positive/text/1")]
    [InlineData("PUT", "workflows/broken", """{"1":{"class_type":"Text\ud83d","inputs":{}}}""", "invalid_request", "/1/class_type")]
    [InlineData("PUT", "workflows/broken", "{\"1\":{\"class_type\":\"X\",\"inputs\":{\"\u00ff\":1}}}", "invalid_request",
        "/1/inputs/\uFFFD")]
    [InlineData("PUT", "workflows/faults/aliases/production", """{"version":"\ud83d"}""", "invalid_request", "/version")]
    [InlineData("PUT", "hosts/broken", """{"url":"http://localhost/","labels":{"a":"\ud83d"}}""", "invalid_request", "/labels/a")]
    [InlineData("POST", "hosts/broken/heartbeat", """{"url":"http://localhost/\ud83d"}""", "invalid_request", "/url")]
    [InlineData("PUT", "webhooks/broken", """{"url":"http://localhost/\ud83d"}""", "invalid_request", "/url")]
    public async Task Text_that_is_none_is_refused_at_its_place(string verb, string path, string body, string code, string pointer)
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var request = new HttpRequestMessage(new(verb),
            new Uri(path, UriKind.Relative))
        { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)) };
        request.Content.Headers.ContentType = new("application/json");
        using var refused = await app.Http.SendAsync(request, Cancellation);
        var problem = await refused.JsonAsync();

        Assert.Equal((HttpStatusCode.BadRequest, code), (refused.StatusCode, (string)problem["code"]!));
        Assert.Equal([pointer], problem["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Fact]
    public async Task Text_that_is_none_is_told_where_a_call_is_only_explained_and_in_a_form()
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var explained = await app.Http.CallAsync("faults", """{"positive":{"text":"\ud83d"}}""", query: "?validateOnly=true");
        using var form = new MultipartFormDataContent { { new StringContent("""{"positive":{"text":"\ud83d"}}"""), "input" } };
        using var refused = await app.Http.PostAsync(new Uri("workflows/faults", UriKind.Relative), form, Cancellation);

        Assert.Equal("/positive/text", (string)(await explained.JsonAsync())["errors"]![0]!["pointer"]!);
        Assert.Equal(["/positive/text"], await refused.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"\u00ff.image\"\r\n\r\nx\r\n--cut--")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"\u00ff\"\r\n\r\nx\r\n--cut--")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"input.image\"; filename=\"\u00ed\u00a0\u0080.png\"\r\n\r\nno "
        + "picture\r\n--cut--")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"input.image\"; filename*=utf-8''%ED%A0%80.png\r\n\r\nno "
        + "picture\r\n--cut--")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"=?utf-7?B?YQ==?=\"\r\n\r\nno picture\r\n--cut--")]
    [InlineData("--cut\r\nContent-Disposition: form-data; name=\"input.image\"; filename*=utf-7''a%20b.png\r\n\r\nno picture\r\n--cut--")]
    public async Task A_form_with_names_that_are_no_text_is_a_caller_s_fault(string body)
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=cut");
        using var refused = await app.Http.PostAsync(new Uri("workflows/upload", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("GET", "runs?workflow=%ED%A0%80&batch=%FF")]
    [InlineData("GET", "runs?continuation=%ED%A0%80")]
    [InlineData("GET", "workflows/%ED%A0%80")]
    [InlineData("GET", "runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/outputs/%ED%A0%80/0")]
    [InlineData("POST", "workflows/faults?validateOnly=true&label=%ED%A0%80:%FF&metadata=%7B%22%ED%A0%80%22:1%7D")]
    [InlineData("POST", "workflows/faults?validateOnly=true&webhook=http://%ED%A0%80/")]
    public async Task Bytes_that_are_no_text_in_an_address_or_a_header_are_no_defect(string verb, string path)
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        using var request = new HttpRequestMessage(new(verb), new Uri(path, UriKind.Relative));
        foreach (var header in new[] { "Prefer", "If-None-Match", "Last-Event-ID", "X-MS-CLIENT-PRINCIPAL" })
        {
            request.Headers.TryAddWithoutValidation(header, "eyJjbGFpbXMiOlt7InR5cCI6IlxcdWQ4M2QiLCJ2YWwiOiJ4In1dfQ==");
        }

        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task What_a_typed_client_leaves_unset_is_left_as_it_was()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        var run = await app.Http.RunAsync("upload",
            $$$$"""{"input":{"image":{"type":"file","name":null,"url":null,"content":"{{{{Png(3)}}}}"}},"invert":null}""");

        Assert.Equal("succeeded", Caller.Status(run));
    }

    [Fact]
    public async Task A_width_off_its_grid_is_ComfyUI_s_to_judge()
    {
        await app.Http.SaveAsync("faults", Prompts.Picture);
        var run = await app.Http.RunAsync("faults", """{"size":{"width":72},"my sampler":{"seed":8,"steps":1}}""");
        using var odd = await app.Http.CallAsync("faults", """{"size":{"width":65}}""", query: "?validateOnly=true");

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.True((bool)(await odd.JsonAsync())["valid"]!);
    }

    [Fact]
    public async Task A_file_that_is_no_picture_or_too_large_is_refused_before_any_host_sees_it()
    {
        await app.Http.SaveAsync("upload", Prompts.Upload);
        using var noPicture = await app.Http.CallAsync("upload",
            $$$$"""{"input":{"image":{"type":"file","content":"{{{{Convert.ToBase64String(new byte[100])}}}}"}}}""");
        using var tooLarge = await app.Http.CallAsync("upload",
            $$$$"""{"input":{"image":{"type":"file","content":"{{{{Convert.ToBase64String(new byte[1_000_100])}}}}"}}}""");

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
