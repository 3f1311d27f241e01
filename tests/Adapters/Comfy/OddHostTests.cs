using System.Net.WebSockets;
using System.Text;
using ComfyFunc.Comfy;
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
            "", "not json", "5", "[]", "null", """{"type":5,"data":{}}""", """{"type":"x","data":[]}""", """{"type":"progress","data":{"prompt_id":5}}""",
            About("executing", "\"node\":5"), About("progress", "\"value\":\"a\",\"max\":[]"), About("progress", "\"value\":1e300,\"max\":1e-300,\"node\":\"1\""),
            About("progress_state", "\"nodes\":{\"1\":5,\"2\":{\"state\":5,\"value\":\"x\"}}"), About("progress_state", "\"nodes\":[]"), About("execution_cached", "\"nodes\":[5,null]"),
            About("executing", "\"node\":null"),
        ];
        await using var host = await OddHost.StartAsync("""{"queue_running":[],"queue_pending":[]}""", texts);
        var news = new HeardNews();
        await using var listener = Clients.Listener(host.Url, host.Client, news, Clients.Quick with { IdleInterval = TimeSpan.FromSeconds(30), PollInterval = TimeSpan.FromSeconds(30) });
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
                    foreach (var text in texts) await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, context.RequestAborted);
                    while ((await socket.ReceiveAsync(new byte[1024], context.RequestAborted)).MessageType is not WebSocketMessageType.Close) { }

                    return;
                }

                context.Response.StatusCode = host.Status;
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
