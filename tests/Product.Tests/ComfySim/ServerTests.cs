using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What a host says of itself, and how its web server behaves.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private const long Limit = 100_000;
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync(new()
    {
        Speed = 0,
        Name = "big",
        VramGb = 48,
        MaxUploadSize = Limit / 1048576.0,
        ExcludedClasses = new HashSet<string> { "ImageBlur" },
    });

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("system_stats")]
    [InlineData("queue")]
    [InlineData("prompt")]
    [InlineData("history")]
    [InlineData("features")]
    [InlineData("object_info/SaveImage")]
    [InlineData("models/checkpoints")]
    [InlineData("embeddings")]
    [InlineData("extensions")]
    [InlineData("users")]
    public async Task Every_page_is_there_twice(string path) =>
        Assert.Equal((await rig.GetAsync(path)).GetRawText(), (await rig.GetAsync($"api/{path}")).GetRawText());

    [Fact]
    public async Task The_catalog_describes_classes_as_ComfyUI_does()
    {
        var all = await rig.GetAsync("object_info");
        var node = all.GetProperty("SaveImage");
        Assert.Equal(
            ["input", "input_order", "output", "output_is_list", "output_name", "name", "display_name", "description", "python_module",
                "category", "output_node"],
            node.EnumerateObject().Select(p => p.Name));
        Assert.True(node.GetProperty("output_node").GetBoolean());
        Assert.Equal("""{"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"}""",
            node.GetProperty("input").GetProperty("hidden").GetRawText());
        Assert.Equal(node.GetRawText(), (await rig.GetAsync("object_info/SaveImage")).GetProperty("SaveImage").GetRawText());
        Assert.Equal("{}", (await rig.GetAsync("object_info/NoSuchNode")).GetRawText());
    }

    [Fact]
    public async Task A_host_lacks_the_classes_that_it_was_told_to_lack()
    {
        Assert.False((await rig.GetAsync("object_info")).TryGetProperty("ImageBlur", out _));
        using var response =
            await rig.PostAsync("prompt", new JsonObject { ["prompt"] = new JsonObject { ["1"] = Graphs.Node("ImageBlur") } });
        Assert.Contains("node ImageBlur does not exist", await response.Content.ReadAsStringAsync(Deadline.Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_statistics_name_the_version_and_the_memory()
    {
        var stats = await rig.GetAsync("system_stats");
        Assert.Equal("0.3.64", stats.GetProperty("system").GetProperty("comfyui_version").GetString());
        Assert.Equal(48L << 30, stats.GetProperty("devices")[0].GetProperty("vram_total").GetInt64());
        Assert.Contains("big", stats.GetProperty("devices")[0].GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_was_given_is_reported_as_a_float() =>
        Assert.Equal("100000.0", (await rig.GetAsync("features")).GetProperty("max_upload_size").GetRawText());

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_with_its_length()
    {
        using var response = await rig.PostAsync("prompt", new string(' ', (int)Limit + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("Maximum request body size 100000 exceeded, actual body size 100001",
            await response.Content.ReadAsStringAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_when_it_comes_in_chunks_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri(rig.Host.Url, "prompt"))
        { Content = new StringContent(new string(' ', (int)Limit + 1)) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await rig.Http.SendAsync(request, Deadline.Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_packed_body_is_read_and_so_is_one_of_another_charset()
    {
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["prompt"] = Graphs.Picture() }.ToJsonString());
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync(body, Deadline.Token);
        }

        using var content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentEncoding = { "gzip" } } };
        using var response = await rig.PostAsync("prompt", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        using var latin =
            new ByteArrayContent(Encoding.Latin1.GetBytes("""{"é":1,"prompt":{}}"""))
            {
                Headers =
                { ContentType = MediaTypeHeaderValue.Parse("application/json; charset=latin1") }
            };
        using var refused = await rig.PostAsync("prompt", latin);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000", null, HttpStatusCode.Forbidden)]
    [InlineData("", null, HttpStatusCode.OK)]
    [InlineData("http://evil.example", "comfy.internal", HttpStatusCode.OK)]
    public async Task A_page_of_another_origin_may_not_drive_a_server_on_loopback(string origin, string? host, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.Host.Url, "queue"));
        request.Headers.Add("Origin", origin.Length > 0 ? origin : rig.Host.Url.GetLeftPart(UriPartial.Authority));
        request.Headers.Host = host;
        using var response = await rig.Http.SendAsync(request, Deadline.Token);
        Assert.Equal(status, response.StatusCode);
        if (status is HttpStatusCode.Forbidden)
        {
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(Deadline.Token));
        }
    }

    [Fact]
    public async Task A_socket_of_another_origin_is_refused_too() =>
        await Assert.ThrowsAsync<WebSocketException>(() => SimSocket.OpenAsync(rig.Host.Url, "c", origin: "http://evil.example"));

    [Theory]
    [InlineData("PUT", "prompt", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "queue", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "nosuch", HttpStatusCode.NotFound)]
    [InlineData("GET", "api/nosuch", HttpStatusCode.NotFound)]
    [InlineData("GET", "history/", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "system_stats", HttpStatusCode.OK)]
    [InlineData("OPTIONS", "prompt", HttpStatusCode.OK)]
    [InlineData("GET", "models/nosuch", HttpStatusCode.NotFound)]
    public async Task Methods_and_paths_are_answered_as_by_ComfyUI(string method, string path, HttpStatusCode status)
    {
        using var response =
            await rig.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(rig.Host.Url, path)), Deadline.Token);
        Assert.Equal(status, response.StatusCode);
    }
}
