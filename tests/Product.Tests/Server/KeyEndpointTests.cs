using System.Text.Json.Nodes;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server;

/// <summary>What administrators give keys for, and what is refused.</summary>
public sealed class KeyEndpointTests : IAsyncLifetime
{
    private readonly ServerRig rig =
        new(new ComfyFuncOptions { Callers = [new() { Client = "root", Key = "the-key-of-an-administrator" }] });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("""{"client":"shop"}""", "run", "null", "null")]
    [InlineData("""{"client":"shop","role":"ADMIN","workflows":null}""", "admin", "null", "null")]
    [InlineData("""{"client":"gpus","role":"host","workflows":["a","b-*"],"hosts":["gpu-*"]}""", "host", """["a","b-*"]""",
        """["gpu-*"]""")]
    public async Task A_key_is_what_was_asked_for_and_shown_once(string body, string role, string workflows, string hosts)
    {
        var request = ServerRig.Request(body);
        request.SetCaller(new("root", Role.Admin));
        var (status, made) = await rig.AnswerAsync(await rig.Get<KeyEndpoints>().CreateAsync(request, Cancellation));
        var listed = (await rig.AnswerAsync(await rig.Get<KeyEndpoints>().ListAsync(ServerRig.Request(), Cancellation))).Body["keys"]![0]!.AsObject();
        var key = (string)made["key"]!;

        Assert.Equal((201, role, "no-store"),
            (status, (string?)made["role"], request.HttpContext.Response.Headers.CacheControl.ToString()));
        Assert.Equal((workflows, hosts), (made["workflows"]?.ToJsonString() ?? "null", made["hosts"]?.ToJsonString() ?? "null"));
        Assert.True(made.Remove("key"));
        Assert.Equal(made.ToJsonString(), listed.ToJsonString());
        var row = await rig.RowsAsync("keys");
        Assert.Contains("\"madeBy\":\"root\"", row, StringComparison.Ordinal);
        Assert.DoesNotContain(key, row, StringComparison.Ordinal);
        var caller = (await rig.Get<KeyStore>().FindAsync(key, Cancellation))!; // It was made.
        Assert.Equal((workflows == "null", hosts == "null"), (caller.Scope.Has("other"), caller.Hosts.Has("other")));
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "/client")]
    [InlineData("""{"client":"a/b"}""", "/client")]
    [InlineData("""{"client":7}""", "/client")]
    [InlineData("""{"client":"a","role":"none"}""", "/role")]
    [InlineData("""{"client":"a","role":4}""", "/role")]
    [InlineData("""{"client":"a","rôle":"run"}""", "/rôle")]
    [InlineData("""{"client":"a","workflows":[]}""", "/workflows")]
    [InlineData("""{"client":"a","workflows":"all"}""", "/workflows")]
    [InlineData("""{"client":"a","hosts":[" "]}""", "/hosts")]
    [InlineData("""{"client":"a","hosts":[1]}""", "/hosts")]
    public async Task What_is_no_key_is_refused_by_its_place(string body, string pointer)
    {
        var (status, told) = await rig.AnswerAsync(await rig.Get<KeyEndpoints>().CreateAsync(ServerRig.Request(body), Cancellation));

        Assert.Equal((400, pointer), (status, (string)told["errors"]![0]!["pointer"]!));
        Assert.Empty(await rig.RowsAsync("keys"));
    }

    [Fact]
    public async Task Pages_hold_each_key_once()
    {
        for (var i = 0; i < 5; i++)
        {
            await rig.Get<KeyStore>().CreateAsync(new($"client{i}", Role.Run, "root", null), Cancellation);
        }

        var clients = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var (status, page) = await ListAsync($"?limit=2{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            Assert.Equal(200, status);
            Assert.InRange(page["keys"]!.AsArray().Count, 1, 2);
            clients.AddRange(page["keys"]!.AsArray().Select(k => (string)k!["client"]!));
            continuation = (string?)page["continuation"];
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"client{i}"), clients.Order());
    }

    [Fact]
    public async Task Where_anybody_could_make_one_nobody_can()
    {
        await using var open = await new ServerRig().StartedAsync();
        var (status, _) = await open.AnswerAsync(
            await open.Get<KeyEndpoints>().CreateAsync(ServerRig.Request("""{"client":"a"}"""), Cancellation));

        Assert.Equal((409, ""), (status, await open.RowsAsync("keys")));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(100, 100, true)]
    [InlineData(101, 1, false)]
    [InlineData(1, 101, false)]
    [InlineData(1, 0, false)]
    public void A_scope_has_bounds(int patterns, int length, bool isValid) =>
        Assert.Equal(isValid, NameScope.IsValid([.. Enumerable.Repeat($" {new string('a', length)} ", patterns)]));

    private async Task<(int Status, JsonObject Body)> ListAsync(string query) =>
        await rig.AnswerAsync(await rig.Get<KeyEndpoints>().ListAsync(ServerRig.Request(query: query), Cancellation));
}
