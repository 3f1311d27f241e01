using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Infra;

/// <summary>The script beside ComfyUI that hears from Azure when the machine is to go.</summary>
[Collection(nameof(AppCollection))]
public class EvictionTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_leaves_the_pool_when_its_machine_is_to_go_and_stays_out_until_it_is_gone()
    {
        var isToGo = false;
        await using var metadata = await MetadataAsync(() => isToGo);
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await HeartbeatAsync(host);
        await StatusIsAsync("ready");

        using var script = ScriptProcess.Start(ScriptProcess.Path("infra", "examples", "drain-on-eviction.py"), [],
            new Dictionary<string, string>
            {
                ["COMFYFUNC_URL"] = app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority),
                ["COMFYFUNC_HOST_ID"] = "spot",
                ["METADATA_URL"] = metadata.Urls.Single(),
                ["POLL_SECONDS"] = "0.1",
            });
        try
        {
            isToGo = true;
            Assert.Equal("Preempt: the host leaves the pool", await script.StandardOutput.ReadLineAsync(Cancellation));
            await StatusIsAsync("draining");
            await HeartbeatAsync(host); // As the pack goes on to do.
            await StatusIsAsync("draining");
            isToGo = false;
            Assert.Equal("nothing is about to happen any more", await script.StandardOutput.ReadLineAsync(Cancellation));
            await HeartbeatAsync(host);
            await StatusIsAsync("ready");
        }
        finally
        {
            script.Kill();
            await app.Http.DeleteAsync(new Uri("hosts/spot?force=true", UriKind.Relative), Cancellation);
        }
    }

    [Fact]
    public async Task Both_keys_go_to_the_server_and_to_nobody_else()
    {
        var told = Channel.CreateUnbounded<string>();
        var elsewhere = new ConcurrentQueue<string>();
        await using var server = await MetadataAsync(() => true, elsewhere.Enqueue);
        server.MapPost("/api/hosts/spot/events", (HttpRequest request) =>
        {
            told.Writer.TryWrite(KeysOf(request));
            return Results.Redirect("/elsewhere");
        });
        server.MapFallback((HttpRequest request) => elsewhere.Enqueue(request.Path));

        using var script = ScriptProcess.Start(ScriptProcess.Path("infra", "examples", "drain-on-eviction.py"), [],
            new Dictionary<string, string>
            {
                ["COMFYFUNC_URL"] = server.Urls.Single(),
                ["COMFYFUNC_KEY"] = "a-key",
                ["COMFYFUNC_FUNCTION_KEY"] = "a-function-key==",
                ["COMFYFUNC_HOST_ID"] = "spot",
                ["METADATA_URL"] = server.Urls.Single(),
                ["POLL_SECONDS"] = "0.1",
            });
        try
        {
            // The second time it has done with the first answer.
            Assert.Equal("Bearer a-key, a-function-key==", await told.Reader.ReadAsync(Cancellation));
            Assert.Equal("Bearer a-key, a-function-key==", await told.Reader.ReadAsync(Cancellation));
            Assert.All(elsewhere, keys => Assert.Equal(", ", keys));
        }
        finally
        {
            script.Kill();
        }

        Assert.DoesNotContain("a-key", await script.StandardError.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
    }

    private static string KeysOf(HttpRequest request) => $"{request.Headers.Authorization}, {request.Headers["x-functions-key"]}";

    private async Task HeartbeatAsync(SimulatedHost host) => (await app.Http.PostAsJsonAsync(
        new Uri("hosts/spot/heartbeat", UriKind.Relative), new { url = host.Url }, Cancellation)).EnsureSuccessStatusCode();

    private async Task StatusIsAsync(string state) => await Eventually.SeesAsync(
        async () => await (await app.Http.GetAsync(new Uri("hosts/spot", UriKind.Relative), Cancellation)).JsonAsync(),
        host => (string?)host["state"] == state);

    // As Azure's instance metadata answers: only who says so in a header.
    private static async Task<WebApplication> MetadataAsync(Func<bool> isToGo, Action<string>? keys = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/metadata/scheduledevents", (HttpRequest request) =>
        {
            keys?.Invoke(KeysOf(request));
            return request.Headers["Metadata"] != "true" ? Results.BadRequest() : Results.Json(new JsonObject
            {
                ["DocumentIncarnation"] = 1,
                ["Events"] = isToGo()
                    ? new JsonArray(new JsonObject { ["EventId"] = "1", ["EventType"] = "Preempt", ["ResourceType"] = "VirtualMachine" })
                    : new JsonArray(),
            });
        });
        await server.StartAsync();
        return server;
    }
}
