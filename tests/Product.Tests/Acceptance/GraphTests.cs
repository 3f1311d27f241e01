using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Server.Metadata;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What ComfyUI saves for its editor is an endpoint.</summary>
[Collection(nameof(AppCollection))]
public class GraphTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_graph_is_saved_and_called_by_the_tags_of_nodes_that_are_in_no_prompt()
    {
        var saved = await app.Http.SaveAsync("graph canvas", Graphs.Canvas);
        var tags = saved["contract"]!["tags"]!.AsArray();
        Assert.Equal(["canvas", "size", "picture"], tags.Select(t => (string)t!["name"]!).Order(StringComparer.Ordinal).Order(ByPlace));
        Assert.Equal(["tint", "width"], NamesOf(tags, "canvas"));
        Assert.Equal(["value"], NamesOf(tags, "size"));
        Assert.Contains(saved["conversion"]!["report"]!.AsArray(), f => (string)f!["rule"]! == "G9" && (string)f["node"]! == "6");

        var run = await app.Http.RunAsync("graph canvas", """{"size":{"value":40},"canvas":{"tint":65280}}""");
        Assert.Equal("succeeded", (string)run["status"]!);
        Assert.Equal(40, await WidthOfAsync((string)run["outputs"]!["picture"]![0]!["url"]!));
        Assert.StartsWith($"canvas_{DateTimeOffset.UtcNow.Year}", (string)run["outputs"]!["picture"]![0]!["name"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_graph_comes_back_and_counts_for_what_is_the_same()
    {
        var first = await app.Http.SaveAsync("graph kept", Graphs.Canvas);
        var again = await app.Http.SaveAsync("graph kept", Graphs.Canvas.Replace("\"scale\": 1", "\"scale\": 2", StringComparison.Ordinal));
        var moved = await app.Http.SaveAsync("graph kept", Graphs.Canvas.Replace("[600,0]", "[600,1]", StringComparison.Ordinal));
        var shown = await GetAsync("workflows/graph kept?include=graph");

        Assert.Equal((1, 1, 2), ((int)first["version"]!, (int)again["version"]!, (int)moved["version"]!));
        Assert.NotEqual((string)first["etag"]!, (string)moved["etag"]!);
        Assert.Equal("[600,1]", shown["graph"]!["nodes"]![3]!["pos"]!.ToJsonString());
        Assert.EndsWith("?include=graph", (string)shown["links"]!["graph"]!, StringComparison.Ordinal);
        Assert.Equal("""{"scale":1,"offset":[0,0]}""",
            (await GetAsync("workflows/graph kept/versions/1?include=graph"))["graph"]!["extra"]!["ds"]!.ToJsonString());
    }

    [Fact]
    public async Task With_both_the_answer_says_whether_they_agree()
    {
        var agree = await app.Http.SaveAsync("graph both", Both(Graphs.CanvasPrompt));
        var other = await app.Http.SaveAsync("graph both", Both(Graphs.CanvasPrompt.Replace("\"height\":32", "\"height\":24", StringComparison.Ordinal)));

        Assert.True((bool)agree["conversion"]!["agrees"]!, agree["conversion"]!.ToJsonString());
        Assert.Equal((1, 2), ((int)agree["version"]!, (int)other["version"]!));
        Assert.False((bool)other["conversion"]!["agrees"]!);
        var difference = Assert.Single(other["conversion"]!["differences"]!.AsArray())!;
        Assert.Equal(("value", "2:7", "height", 32, 24), ((string)difference["kind"]!, (string)difference["node"]!, (string)difference["input"]!,
            (int)difference["converted"]!, (int)difference["given"]!));

        // The prompt is what runs; the tags of the graph count, and so does its date.
        var run = await app.Http.RunAsync("graph both", """{"canvas":{"width":36}}""");
        Assert.Equal(36, await WidthOfAsync((string)run["outputs"]!["picture"]![0]!["url"]!));
        Assert.StartsWith($"canvas_{DateTimeOffset.UtcNow.Year}", (string)run["outputs"]!["picture"]![0]!["name"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_validating_answers_the_contract_and_saves_nothing()
    {
        using var dry = await PutAsync("graph dry?validateOnly=true", Graphs.Canvas);
        var answer = await dry.JsonAsync();
        using var none = await app.Http.GetAsync(new Uri("workflows/graph dry", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (dry.StatusCode, none.StatusCode));
        Assert.Equal((false, 1), ((bool)answer["saved"]!, (int)answer["version"]!));
        Assert.Equal(["tint", "width"], NamesOf(answer["contract"]!["tags"]!.AsArray(), "canvas"));
    }

    [Fact]
    public async Task Converting_answers_the_prompt_and_the_report_and_saves_nothing()
    {
        using var answer = await PostAsync("convert", Graphs.Canvas);
        var converted = await answer.JsonAsync();

        Assert.True(answer.StatusCode is HttpStatusCode.OK, converted.ToJsonString());
        Assert.Equal(["2:7", "4"], converted["prompt"]!.AsObject().Select(n => n.Key).Order(StringComparer.Ordinal));
        Assert.Equal(48, (int)converted["prompt"]!["2:7"]!["inputs"]!["width"]!);
        var finding = converted["conversion"]!["report"]!.AsArray().Single(f => (string)f!["rule"]! == "G9" && (string)f["node"]! == "6")!;
        Assert.Equal(("note", "/nodes/5/title"), ((string)finding["severity"]!, (string)finding["pointer"]!));
    }

    [Fact]
    public async Task Everything_that_is_refused_is_said_at_once_with_its_place_in_what_was_sent()
    {
        var broken = Graphs.Canvas
            .Replace("\"link\":3}],\"widgets_values\":[\"canvas_", "\"link\":33}],\"widgets_values\":[\"canvas_", StringComparison.Ordinal)
            .Replace("c0ffee01-0000-4000-8000-000000000002\",\"pos\"", "c0ffee01-0000-4000-8000-00000000dead\",\"pos\"", StringComparison.Ordinal);
        using var refused = await PutAsync("graph broken", $$"""{"workflow":{{broken}},"requires":{"minVramGb":-1} }""");
        var errors = (await refused.JsonAsync())["errors"]!.AsArray();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains(errors, e => ((string)e!["pointer"]!).StartsWith("/workflow/nodes/3", StringComparison.Ordinal)
            && ((string)e["detail"]!).Contains("Save Image [picture]", StringComparison.Ordinal));
        Assert.Contains(errors, e => (string)e!["pointer"]! == "/requires/minVramGb");
    }

    [Fact]
    public async Task A_class_that_no_host_has_is_refused_with_the_hosts_that_lack_it()
    {
        using var refused = await PutAsync("graph unknown", Graphs.Canvas.Replace("\"EmptyImage\"", "\"NoSuchImage\"", StringComparison.Ordinal));
        var error = Assert.Single((await refused.JsonAsync())["errors"]!.AsArray())!;

        Assert.Equal("/definitions/subgraphs/0/nodes/0", (string)error["pointer"]!);
        Assert.Contains("NoSuchImage", (string)error["detail"]!, StringComparison.Ordinal);
        Assert.Contains("a, b lack it", (string)error["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_that_no_host_has_may_come_along()
    {
        var graph = """
            {"nodes":[{"id":1,"type":"NewImage","outputs":[{"name":"I","type":"IMAGE","links":[1]}],"widgets_values":[5,"soft"]},
              {"id":2,"type":"SaveImage","title":"[picture]","inputs":[{"name":"images","type":"IMAGE","link":1}],"widgets_values":["new"]}],
             "links":[[1,1,0,2,0,"IMAGE"]],"version":0.4}
            """;
        var catalog = """{"NewImage":{"input":{"required":{"size":["INT",{"default":1}],"edge":[["hard","soft"]]}},"output":["IMAGE"]}}""";
        var saved = await app.Http.SaveAsync("graph ahead", $$"""{"workflow":{{graph}},"catalog":{{catalog}}}""");
        var shown = await GetAsync("workflows/graph ahead?include=prompt");

        Assert.Equal("""{"size":5,"edge":"soft"}""", shown["prompt"]!["1"]!["inputs"]!.ToJsonString());
        Assert.All(saved["hosts"]!.AsArray(), h => Assert.False((bool)h!["capable"]!));
        Assert.Contains("NewImage", (string)saved["hosts"]![0]!["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_a_run_is_an_endpoint()
    {
        await app.Http.SaveAsync("graph made", Prompts.Slow);
        var run = await app.Http.RunAsync("graph made", """{"sleep":{"seconds":0},"canvas":{"width":44}}""");
        var picture = await app.Http.GetByteArrayAsync(new Uri((string)run["outputs"]!["image"]![0]!["url"]!), Cancellation);
        using var saved = await SendFileAsync("graph dropped", picture, "image/png");
        var again = await app.Http.RunAsync("graph dropped");

        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        Assert.Equal(44, await WidthOfAsync((string)again["outputs"]!["image"]![0]!["url"]!));
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/octet-stream")]
    public async Task A_file_that_holds_graph_and_prompt_is_as_both(string type)
    {
        var file = ToldFiles.Png(ToldFiles.PngText("workflow", Graphs.Canvas), ToldFiles.PngCompressed("prompt", Graphs.CanvasPrompt));
        using var saved = await SendFileAsync("graph in a picture", file, type);
        var answer = await saved.JsonAsync();

        Assert.True((bool)answer["conversion"]!["agrees"]!, answer.ToJsonString());
        Assert.Equal(["tint", "width"], NamesOf(answer["contract"]!["tags"]!.AsArray(), "canvas"));
    }

    [Fact]
    public async Task A_file_that_holds_neither_or_is_broken_is_refused_with_the_reason()
    {
        using var neither = await SendFileAsync("graph in nothing", ToldFiles.Png(), "image/png");
        using var broken = await SendFileAsync("graph in nothing", ToldFiles.Png(ToldFiles.PngText("workflow", "{"))[..60], "image/png");
        using var page = await SendFileAsync("graph in nothing", "<p>"u8.ToArray(), "text/html");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnsupportedMediaType),
            (neither.StatusCode, broken.StatusCode, page.StatusCode));
        Assert.Contains("neither a graph nor a prompt", (string)(await neither.JsonAsync())["detail"]!, StringComparison.Ordinal);
        Assert.Contains("PNG", (string)(await broken.JsonAsync())["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_class_that_hosts_have_replaced_is_replaced()
    {
        await using var host = await SimulatedHost.StartAsync(
            new()
            {
                Name = "newer",
                ComfyVersion = "0.29.0",
                ObjectInfo = """
                    {"ImageScaleToMaxDimension":{"input":{"required":{"image":["IMAGE",{}],"upscale_method":[["area","lanczos"],{}],"largest_size":["INT",{"default":512}]}},
                     "input_order":{"required":["image","upscale_method","largest_size"]},"output":["IMAGE"],"output_node":false}}
                    """u8.ToArray(),
            },
            Cancellation);
        await app.Http.AddHostAsync("newer", host);
        try
        {
            var saved = await app.Http.SaveAsync("graph of old", """
                {"nodes":[{"id":1,"type":"EmptyImage","outputs":[{"name":"IMAGE","type":"IMAGE","links":[1]}],"widgets_values":[64,32,1,9]},
                  {"id":2,"type":"ResizeImagesByLongerEdge","inputs":[{"name":"images","type":"IMAGE","link":1}],"outputs":[{"name":"images","type":"IMAGE","links":[2]}],"widgets_values":[40]},
                  {"id":3,"type":"SaveImage","title":"[picture]","inputs":[{"name":"images","type":"IMAGE","link":2}],"widgets_values":["old"]}],
                 "links":[[1,1,0,2,0,"IMAGE"],[2,2,0,3,0,"IMAGE"]],"version":0.4}
                """);
            var prompt = (await GetAsync("workflows/graph of old?include=prompt"))["prompt"]!;

            Assert.Contains(saved["conversion"]!["report"]!.AsArray(), f => (string)f!["rule"]! == "A6");
            Assert.Equal(("ImageScaleToMaxDimension", 40, "lanczos"), ((string)prompt["2"]!["class_type"]!,
                (int)prompt["2"]!["inputs"]!["largest_size"]!, (string)prompt["2"]!["inputs"]!["upscale_method"]!));
            Assert.Equal("succeeded", (string)(await app.Http.RunAsync("graph of old"))["status"]!);

            var exported = await app.Http.SaveAsync("graph of old prompt", """
                {"prompt":{"1":{"class_type":"EmptyImage","inputs":{"width":64,"height":32,"batch_size":1,"color":9}},
                 "2":{"class_type":"ResizeImagesByLongerEdge","inputs":{"images":["1",0],"longer_edge":40}},
                 "3":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"old"},"_meta":{"title":"[picture]"}}}}
                """);
            Assert.Equal("/prompt/2", (string)exported["conversion"]!["report"]!.AsArray().Single()!["pointer"]!);
            Assert.Equal("succeeded", (string)(await app.Http.RunAsync("graph of old prompt"))["status"]!);
        }
        finally
        {
            using var gone = await app.Http.DeleteAsync(new Uri("hosts/newer", UriKind.Relative), Cancellation);
        }
    }

    [Theory]
    [InlineData("""{"workflow":{"nodes":[]},"catalog":7}""", "/catalog")]
    [InlineData("""{"workflow":{"nodes":[]},"catalogue":{}}""", "/catalogue")]
    [InlineData("""{"workflow":{"nodes":[]},"catalogue":{}}""", "/workflow")]
    [InlineData("""{"nodes":[{"type":"SaveImage"}],"links":[]}""", "/nodes/0")]
    public async Task What_cannot_be_read_is_refused(string body, string pointer)
    {
        using var refused = await PutAsync("graph unread", body);
        var problem = await refused.JsonAsync();

        Assert.InRange((int)refused.StatusCode, 400, 422);
        Assert.Contains(problem["errors"]!.AsArray(), e => (string?)e!["pointer"] == pointer);
    }

    [Fact]
    public async Task A_shown_workflow_says_on_which_hosts_it_is_runnable_now()
    {
        await app.Http.SaveAsync("graph runnable", Prompts.Picture.Replace("dreamshaper_8", "only_here", StringComparison.Ordinal));
        var hosts = (await GetAsync("workflows/graph runnable"))["hosts"]!.AsArray();

        Assert.Equal(["a", "b"], hosts.Select(h => (string)h!["id"]!));
        Assert.All(hosts, h => Assert.Contains("only_here.safetensors", (string)h!["reason"]!, StringComparison.Ordinal));
        await app.Http.SaveAsync("graph runnable", Prompts.Picture);
        Assert.All((await GetAsync("workflows/graph runnable"))["hosts"]!.AsArray(), h => Assert.True((bool)h!["capable"]!));
    }

    private static readonly Comparer<string> ByPlace = Comparer<string>.Create((a, b) => Place(a).CompareTo(Place(b)));

    private static int Place(string tag) => Array.IndexOf(["canvas", "size", "picture"], tag);

    private static IEnumerable<string> NamesOf(JsonArray tags, string tag) =>
        tags.Single(t => (string)t!["name"]! == tag)!["inputs"]!.AsArray().Select(i => (string)i!["name"]!).Order(StringComparer.Ordinal);

    private static string Both(string prompt) => $$"""{"workflow":{{Graphs.Canvas}},"prompt":{{prompt}}}""";

    private async Task<JsonObject> GetAsync(string path) =>
        await (await app.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();

    private Task<HttpResponseMessage> PutAsync(string name, string body) =>
        app.Http.PutAsync(new Uri($"workflows/{name}", UriKind.Relative), Json(body), Cancellation);

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        app.Http.PostAsync(new Uri(path, UriKind.Relative), Json(body), Cancellation);

    private Task<HttpResponseMessage> SendFileAsync(string name, byte[] file, string type) =>
        app.Http.PutAsync(new Uri($"workflows/{name}", UriKind.Relative), Content(file, type), Cancellation);

    private static ByteArrayContent Json(string body) => Content(Encoding.UTF8.GetBytes(body), "application/json");

    private static ByteArrayContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    // The width stands in the header of every PNG file.
    private async Task<int> WidthOfAsync(string url)
    {
        var png = await app.Http.GetByteArrayAsync(new Uri(url), Cancellation);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
    }
}
