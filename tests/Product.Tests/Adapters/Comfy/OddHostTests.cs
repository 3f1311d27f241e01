using System.Net.WebSockets;
using System.Text;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Tests.ComfySim;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>Hosts that answer what no ComfyUI should: proxies, custom nodes, other servers.</summary>
public sealed class OddHostTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("""{"queue_running":5,"queue_pending":[5,[],[1],[1,2],["x","y",{},{},[]]],"name":5,"subfolder":{},"error":5,"node_errors":[],"system":5,"devices":[5]}""")]
    [InlineData("""{"system":{"comfyui_version":5},"devices":[5,{"vram_total":"much"}],"error":{"type":5,"message":[]},"node_errors":{"1":5,"2":{"errors":[5,{"type":1,"extra_info":[]}]}}}""")]
    public async Task Answers_that_make_no_sense_never_throw(string answer)
    {
        await using var host = await OddHost.StartAsync(answer, []);
        foreach (var status in new[] { 200, 400, 500 })
        {
            host.Status = status;
            await host.Client.SubmitAsync(Clients.NewId(), "{}"u8.ToArray(), "c", Deadline.Token);
            await host.Client.FindAsync(Clients.NewId(), Deadline.Token);
            await host.Client.UploadAsync("", "a", new MemoryStream(), "a/b", Deadline.Token);
            await host.Client.GetSystemStatsAsync(Deadline.Token);
            await host.Client.CancelAsync(Clients.NewId(), Deadline.Token);
        }
    }

    [Theory]
    [InlineData(401, "", "", "It wants authentication (401): give the host headers or a token.")]
    [InlineData(403, "text/html", "<html>", "It wants authentication (403): give the host headers or a token.")]
    [InlineData(200, "text/html", "<html>Sign in</html>",
        "It answered /queue with text/html (status 200): is that a ComfyUI, or a login page before it?")]
    [InlineData(200, "", "<html>Sign in</html>",
        "It answered /queue with HTML instead of JSON: is that a ComfyUI, or a login page before it?")]
    [InlineData(302, "", "", "It answered /queue with a redirect (302): is that a ComfyUI, or a login page before it?")]
    [InlineData(502, "", "", "It answered /queue with status 502.")]
    [InlineData(200, "", "[]", "It answered /queue with JSON that is no object.")]
    public async Task Why_there_is_no_answer_is_said(int status, string type, string answer, string why)
    {
        await using var host = await OddHost.StartAsync(answer, []);
        (host.Status, host.Type) = (status, type);
        Assert.Equal(why, (await host.Client.GetQueueAsync(Deadline.Token)).Fault?.Detail);
        Assert.Equal(new Whereabouts.NoAnswer(why), await host.Client.FindAsync(Clients.NewId(), Deadline.Token));
        Assert.Equal(why.Replace("/queue", "/history", StringComparison.Ordinal),
            Assert.IsType<HistoryReply.NoAnswer>(await host.Client.GetHistoryAsync(Clients.NewId(), Deadline.Token)).Detail);
        Assert.Equal(why.Replace("/queue", "/prompt", StringComparison.Ordinal),
            Assert.IsType<SubmitReply.Unanswered>(
                await host.Client.SubmitAsync(Clients.NewId(), "{}"u8.ToArray(), "c", Deadline.Token)).Detail);
        Assert.Equal(
            status is 401 or 403 ? typeof(CatalogReply.Unauthorized) : status is 502 ? typeof(CatalogReply.NoAnswer)
                : typeof(CatalogReply.Unreadable),
            (await host.Client.GetCatalogAsync(Deadline.Token)).GetType());
        Assert.IsType<UploadReply.NoAnswer>(await host.Client.UploadAsync("", "a", new MemoryStream(), "a/b", Deadline.Token));
    }

    [Theory]
    [InlineData("Maximum request body size 104857600 exceeded, actual body size 104857914", 104857600L)]
    [InlineData("<html>Too large</html>", null)]
    public async Task An_upload_that_is_too_large_says_how_much_would_do(string answer, long? limit)
    {
        await using var host = await OddHost.StartAsync(answer, []);
        host.Status = 413;
        Assert.Equal(new UploadReply.TooLarge(limit),
            await host.Client.UploadAsync("", "a", new MemoryStream([1]), "image/png", Deadline.Token));
    }

    [Theory]
    [InlineData("""{"max_upload_size":1048576.0}""", 1048576L)]
    [InlineData("""{"max_upload_size":104857600}""", 104857600L)]
    [InlineData("""{"max_upload_size":1e999}""", null)]
    [InlineData("""{"max_upload_size":"much"}""", null)]
    [InlineData("{}", null)]
    public async Task What_a_host_takes_at_most_is_read(string answer, long? limit)
    {
        await using var host = await OddHost.StartAsync(answer, []);
        Assert.Equal(limit, (await host.Client.GetFeaturesAsync(Deadline.Token)).MaxUploadBytes);
    }

    [Fact]
    public async Task A_history_with_what_JSON_does_not_know_is_read()
    {
        var id = Clients.NewId();
        const string Outputs =
            """{"2":{"score":[NaN],"text":["caf\udce9"],"images":[{"filename":"a.png","subfolder":"","type":"output"}]}}""";
        await using var host =
            await OddHost.StartAsync(
                $$$$"""{"{{{{id}}}}":{"outputs":{{{{Outputs}}}},"status":{"status_str":"success","messages":[["execution_success",{"timestamp":NaN}]]}}}""", []);
        var entry = Assert.IsType<HistoryReply.Found>(await host.Client.GetHistoryAsync(id, Deadline.Token)).Entry;
        Assert.IsType<PromptEnd.Succeeded>(entry.End);
        Assert.Equal([new OutputText("caf\uFFFD", "text"), new OutputFile("a.png", "", "output", "images", Animated: false)],
            Assert.Single(entry.Outputs).Items);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"status":{"status_str":5,"messages":[5,[],[1,2],["execution_start",5],["execution_success",{"timestamp":1e300}]]},"outputs":{"1":5,"2":{"images":[5,{"filename":5}]}},"meta":{"2":5},"prompt":[1]}""")]
    [InlineData("""{"status":"error","outputs":[],"meta":[],"prompt":5}""")]
    public async Task A_history_that_makes_no_sense_is_an_end_all_the_same(string entry)
    {
        var id = Clients.NewId();
        await using var host = await OddHost.StartAsync($$"""{"{{id}}":{{entry}}}""", []);
        Assert.IsType<HistoryReply.Found>(await host.Client.GetHistoryAsync(id, Deadline.Token));
    }

    [Fact]
    public async Task Messages_that_make_no_sense_do_not_end_the_listening()
    {
        var id = Clients.NewId();
        string[] texts =
        [
            "", "not json", "5", "[]", "null", """{"type":5,"data":{}}""", """{"type":"x","data":[]}""",
            """{"type":"progress","data":{"prompt_id":5}}""",
            About("executing", "\"node\":5"), About("progress", "\"value\":\"a\",\"max\":[]"),
            About("progress", "\"value\":1e300,\"max\":1e-300,\"node\":\"1\""),
            About("progress_state", "\"nodes\":{\"1\":5,\"2\":{\"state\":5,\"value\":\"x\"}}"), About("progress_state", "\"nodes\":[]"),
            About("execution_cached", "\"nodes\":[5,null]"),
            About("executing", "\"node\":null"),
        ];
        await using var host = await OddHost.StartAsync("""{"queue_running":[],"queue_pending":[]}""", texts);
        var news = new HeardNews();
        await using var listener = Clients.Listener(host.Url, host.Client, news,
            Clients.Quick with { IdleInterval = TimeSpan.FromSeconds(30), PollInterval = TimeSpan.FromSeconds(30) });
        listener.Watch(id, 2);
        listener.Start();
        await news.UntilAsync("ended", id);

        string About(string type, string data) => $$$"""{"type":"{{{type}}}","data":{"prompt_id":"{{{id}}}",{{{data}}}}}""";
    }

    [Theory]
    [InlineData("00000001")]
    [InlineData("0000000000000000")]
    [InlineData("00000004FFFFFFFF")]
    [InlineData("000000047FFFFFFF00")]
    [InlineData("000000040000000135")]
    [InlineData("00000004000000027B7D")]
    [InlineData("0000000300000001")]
    public void A_frame_that_makes_no_sense_is_none(string hex) => Assert.Null(HostFrame.ReadBinary(Convert.FromHexString(hex)));

    /// <summary>A web server that says the same to everything.</summary>
    private sealed class OddHost : IAsyncDisposable
    {
        private readonly ServiceProvider services = Clients.Build();
        private readonly WebApplication app;

        private OddHost(WebApplication app) => this.app = app;

        public int Status { get; set; } = 200;

        public string Type { get; set; } = "";

        public Uri Url => new(app.Urls.First());

        public ComfyClient Client => services.GetRequiredService<ComfyClients>().For(Url);

        public static async Task<OddHost> StartAsync(string answer, string[] texts)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var host = new OddHost(app);
            app.UseWebSockets();
            app.Run(async context =>
            {
                if (context.WebSockets.IsWebSocketRequest)
                {
                    using var socket = await context.WebSockets.AcceptWebSocketAsync();
                    foreach (var text in texts)
                    {
                        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, context.RequestAborted);
                    }

                    while ((await socket.ReceiveAsync(new byte[1024],
                        context.RequestAborted)).MessageType is not WebSocketMessageType.Close) { }

                    return;
                }

                context.Response.StatusCode = host.Status;
                context.Response.ContentType = host.Type.Length == 0 ? null : host.Type;
                await context.Response.WriteAsync(answer, context.RequestAborted);
            });
            await app.StartAsync(Deadline.Token);
            return host;
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await services.DisposeAsync();
        }
    }
}
