using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.ComfySim;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server;

/// <summary>Hosts that join from behind a door, or say what no ComfyUI says.</summary>
public class HostDoorEndpointTests
{
    private const string Token = "swordfish";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", """{"Authorization":"Bearer swordfish","X-Pod":"swordfish"}""", """["Authorization","X-Pod"]""", "")]
    [InlineData("?token=swordfish", "null", "[]", "?token=***")]
    [InlineData("user", "{}", "[]", "")]
    public async Task What_opens_the_door_is_used_and_nowhere_to_be_seen(string address, string headers, string shown, string query)
    {
        await using var host =
            await GuardedHost.StartAsync(
                r => $"{r.Headers.Authorization}{r.QueryString}".Contains(address == "user" ? "bWU6c3dvcmRmaXNo" : Token,
                    StringComparison.Ordinal), Cancellation);
        await using var rig = await new ServerRig().StartedAsync();
        var url = address == "user" ? $"http://me:{Token}@127.0.0.1:{host.Url.Port}" : $"{host.Url}{address}";
        var (status, put) = await PutAsync(rig, "gpu-1", $$"""{"url":"{{url}}","headers":{{headers}}}""");
        var (_, got) = await rig.AnswerAsync(await rig.Get<HostEndpoints>().GetAsync("gpu-1", Cancellation));
        var (_, list) = await rig.AnswerAsync(await rig.Get<HostEndpoints>().ListAsync(Cancellation));

        Assert.Equal((201, "ready"), (status, (string)put["state"]!));
        Assert.Equal((shown, $"{host.Url}{query}"), (got["headers"]!.ToJsonString(), (string)got["url"]!));
        Assert.Equal(104857600, (long)got["maxUploadBytes"]!);
        Assert.Empty(host.TurnedAway);
        foreach (var text in new[] { put.ToJsonString(), got.ToJsonString(), list.ToJsonString(), rig.Log, await rig.RowsAsync("hosts"),
            await rig.FilesAsync() })
        {
            Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("bWU6c3dvcmRmaXNo", text, StringComparison.Ordinal);
        }

        // Another process, or the next one, opens it again.
        await using var next = await new ServerRig(before: rig).StartedAsync();
        Assert.Equal("ready", (string)(await PutlessAsync(next, "gpu-1"))["state"]!);
        Assert.Empty(host.TurnedAway);
    }

    [Fact]
    public async Task A_host_that_wants_authentication_is_listed_with_the_reason_and_is_ready_once_it_gets_it()
    {
        await using var host = await GuardedHost.StartAsync(r => r.Headers["X-Key"] == Token, Cancellation);
        await using var rig = await new ServerRig().StartedAsync();
        var (status, without) = await PutAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}"}""");
        var (_, wrong) = await PutAsync(rig, "gpu-1", $$$"""{"url":"{{{host.Url}}}","headers":{"X-Key":"cod"}}""");
        var (_, right) = await PutAsync(rig, "gpu-1", $$$"""{"url":"{{{host.Url}}}","headers":{"X-Key":"{{{Token}}}"}}""");
        var (_, beat) = await BeatAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}"}""");
        var heard = await PutlessAsync(rig, "gpu-1");
        var (_, replaced) = await PutAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}"}""");

        Assert.Equal((201, "offline", "It wants authentication (401): give the host headers or a token."),
            (status, (string)without["state"]!, (string)without["reason"]!));
        Assert.Equal(("offline", "It does not take the headers or token that it was given (401)."),
            ((string)wrong["state"]!, (string)wrong["reason"]!));
        Assert.Equal(("ready", """["X-Key"]"""), ((string)right["state"]!, right["headers"]!.ToJsonString()));
        Assert.Equal(("ready", """["X-Key"]"""), ((string)beat["state"]!, heard["headers"]!.ToJsonString()));
        Assert.Equal(("offline", null), ((string)replaced["state"]!, replaced["headers"]));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://me:word@127.0.0.1:{0}?token=other")]
    public async Task The_address_of_another_host_is_refused_and_the_host_named(string twin)
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var rig = await new ServerRig().StartedAsync();
        await PutAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}"}""");
        var body = $$"""{"url":"{{twin.Replace("{0}", $"{host.Url.Port}", StringComparison.Ordinal)}}"}""";
        foreach (var (status, answer) in new[] { await PutAsync(rig, "gpu-2", body), await BeatAsync(rig, "gpu-2", body) })
        {
            Assert.Equal((409, "conflict"), (status, (string)answer["code"]!));
            Assert.Contains("'gpu-1'", (string)answer["detail"]!, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await PutAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}","slots":1}""")).Status);
        Assert.Single(rig.Get<HostStore>().Known);
    }

    [Theory]
    [InlineData("<html>Sign in</html>", "with HTML instead of JSON")]
    [InlineData("{\"A\":{\"input\":", "breaks off")]
    [InlineData("[1]", "no object")]
    public async Task A_host_with_an_unreadable_catalog_is_listed_with_the_reason_and_the_others_go_on(string catalog, string reason)
    {
        await using var odd = await CatalogHost.StartAsync(catalog);
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        var options = new ComfyFuncOptions { Hosts = [new() { Id = "a-odd", Url = odd.Url }, new() { Id = "b-good", Url = host.Url }] };
        await using var rig = await new ServerRig(options).StartedAsync();
        await using var next = await new ServerRig(options, rig).StartedAsync();

        foreach (var server in new[] { rig, next })
        {
            var shown = await PutlessAsync(server, "a-odd");
            Assert.Equal("offline", (string)shown["state"]!);
            Assert.Contains(reason, (string)shown["reason"]!, StringComparison.Ordinal);
            Assert.Equal("ready", (string)(await PutlessAsync(server, "b-good"))["state"]!);
        }
    }

    [Fact]
    public async Task A_catalog_with_a_file_name_that_is_no_text_serves_and_the_next_process_starts()
    {
        await using var odd =
            await CatalogHost.StartAsync(
                """{"LoadImage":{"input":{"required":{"image":[["ok.png","caf\udce9.png"],{"image_upload":true,"weight":NaN}]}},"output":["IMAGE"],"output_node":false,"name":"LoadImage"}}""");
        await using var rig = await new ServerRig().StartedAsync();
        var (status, put) = await PutAsync(rig, "odd", $$"""{"url":"{{odd.Url}}"}""");
        await using var next = await new ServerRig(before: rig).StartedAsync();

        Assert.Equal((201, "ready"), (status, (string)put["state"]!));
        Assert.Equal("ready", (string)(await PutlessAsync(next, "odd"))["state"]!);
        Assert.NotNull(next.Get<HostCatalogs>().Find((string)put["catalogHash"]!)?.Find("LoadImage"));
    }

    [Fact]
    public async Task A_stored_catalog_that_cannot_be_read_keeps_neither_the_start_nor_the_other_hosts()
    {
        await using var odd = await CatalogHost.StartAsync("""{"Odd":{"input":{"required":{}},"output":["IMAGE"],"output_node":false}}""");
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var rig = await new ServerRig().StartedAsync();
        var (_, first) = await PutAsync(rig, "a-odd", $$"""{"url":"{{odd.Url}}"}""");
        var (_, second) = await PutAsync(rig, "b-good", $$"""{"url":"{{host.Url}}"}""");
        await rig.Get<IBlobStore>()
            .PutBytesAsync($"hosts/catalogs/{(string)first["catalogHash"]!}.json", "[]"u8.ToArray(), "application/json", Cancellation);
        await using var next = await new ServerRig(before: rig).StartedAsync();

        Assert.NotNull(next.Get<HostCatalogs>().Find((string)second["catalogHash"]!));
        Assert.Equal("ready", (string)(await PutlessAsync(next, "b-good"))["state"]!);
    }

    [Fact]
    public async Task A_door_that_was_sealed_under_another_key_is_said_and_mended_by_registering_anew()
    {
        await using var host = await GuardedHost.StartAsync(r => r.Query["token"] == Token, Cancellation);
        await using var rig = await new ServerRig().StartedAsync();
        await PutAsync(rig, "gpu-1", $$"""{"url":"{{host.Url}}?token={{Token}}"}""");
        await using var other = new ServerRig(new() { SecretsKey = Convert.ToBase64String(new byte[32]) }, rig);
        await rig.DisposeAsync(); // The process before is gone: it would go on calling the host ready.
        await other.StartedAsync();
        var lost = await PutlessAsync(other, "gpu-1");
        var (_, mended) = await PutAsync(other, "gpu-1", $$"""{"url":"{{host.Url}}?token={{Token}}"}""");

        Assert.Equal("offline", (string)lost["state"]!);
        Assert.Contains("key of the secrets has changed", (string)lost["reason"]!, StringComparison.Ordinal);
        Assert.Equal("ready", (string)mended["state"]!);
        Assert.Empty(host.TurnedAway);
    }

    private static async Task<(int Status, JsonObject Body)> PutAsync(ServerRig rig, string id, string body) =>
        await rig.AnswerAsync(await rig.Get<HostEndpoints>().PutAsync(ServerRig.Request(body), id, Cancellation));

    private static async Task<(int Status, JsonObject Body)> BeatAsync(ServerRig rig, string id, string body) =>
        await rig.AnswerAsync(await rig.Get<HostSpeechEndpoints>().HeartbeatAsync(ServerRig.Request(body), id, Cancellation));

    private static async Task<JsonObject> PutlessAsync(ServerRig rig, string id) =>
        (await rig.AnswerAsync(await rig.Get<HostEndpoints>().GetAsync(id, Cancellation))).Body;
}
