using System.Text;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>Which requests are let in, as whose, and how others are turned away.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private const string Principal = """{"claims":[{"typ":"azp","val":"app-7"},{"typ":"roles","val":"ComfyFunc.Run"}]}""";

    private static readonly CallerOptions[] Callers =
    [
        new() { Client = "root", Key = "the-key-of-an-administrator", Role = Role.Admin },
        new() { Client = "writer", Key = "the-key-of-an-author-of-one", Role = Role.Author, Hosts = ["gpu-*"] },
        new() { Client = "shop", Key = "the-key-of-a-shop-that-runs", Workflows = ["shop-*"] },
        new() { Client = "gpus", Key = "the-key-of-hosts-that-speak", Role = Role.Host, Hosts = ["gpu-*"] },
    ];

    private readonly ServerRig rig = new(new ComfyFuncOptions { Callers = Callers });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("root", Role.Admin, "id", "x")]
    [InlineData("root", Role.Host, "id", "gpu-1")]
    [InlineData("shop", Role.Run, "name", "shop-picture")]
    [InlineData("shop", Role.Run, "id", "01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("writer", Role.Author, "name", "anything")]
    [InlineData("writer", Role.Run, "id", "01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("gpus", Role.Host, "id", "gpu-1")]
    public async Task Who_may_is_let_in_and_known_however_the_key_is_sent(string client, Role needed, string name, string value)
    {
        var key = Callers.Single(c => c.Client == client).Key;
        foreach (var (header, sent) in
            new[] { ("X-Api-Key", key), ("Authorization", $"Bearer {key}"), ("Authorization", $"bearer  {key} ") })
        {
            var request = Request(name, value, (header, sent));
            Assert.Null(await rig.Get<Gate>().RefusalAsync(request, needed, Cancellation));
            Assert.Equal(client, request.Caller().Client);
        }
    }

    [Theory]
    [InlineData("shop", Role.Author, "name", "shop-picture", "This takes the role author.")]
    [InlineData("gpus", Role.Run, "name", "w", "This takes the role run.")]
    [InlineData("shop", Role.Run, "name", "picture", "This key may not use the workflow 'picture'.")]
    [InlineData("gpus", Role.Host, "id", "other", "This key may not speak for the host 'other'.")]
    public async Task Who_may_not_is_told_what_is_missing(string client, Role needed, string name, string value, string detail)
    {
        var request = Request(name, value, ("X-Api-Key", Callers.Single(c => c.Client == client).Key));
        var (status, body) = await rig.AnswerAsync((await rig.Get<Gate>().RefusalAsync(request, needed, Cancellation))!); // It is refused.

        Assert.Equal((403, detail), (status, (string)body["detail"]!));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("X-Api-Key", "")]
    [InlineData("X-Api-Key", "a-key-that-nobody-was-given")]
    [InlineData("Authorization", "Basic the-key-of-an-administrator")]
    [InlineData("X-MS-CLIENT-PRINCIPAL", Principal)]
    public async Task Who_is_not_known_is_asked_for_a_key_but_for_what_takes_none(string? header, string? sent)
    {
        var request = header is null ? Request("id", "x") : Request("id", "x", (header, Base64(sent!))); // They come together.
        var (status, _) = await rig.AnswerAsync((await rig.Get<Gate>().RefusalAsync(request, Role.Run, Cancellation))!); // It is refused.

        Assert.Equal((401, "Bearer"), (status, request.HttpContext.Response.Headers.WWWAuthenticate.ToString()));
        Assert.Null(await rig.Get<Gate>().RefusalAsync(request, Role.None, Cancellation));
    }

    [Fact]
    public async Task Whom_the_platform_knows_is_known_where_it_is_trusted_and_no_key_is_one_too_many()
    {
        await using var trusting = await new ServerRig(new ComfyFuncOptions { TrustEasyAuth = true }).StartedAsync();
        var request = Request("id", "x", ("X-MS-CLIENT-PRINCIPAL", Base64(Principal)));
        Assert.Null(await trusting.Get<Gate>().RefusalAsync(request, Role.Run, Cancellation));
        Assert.Equal(new Caller("app-7", Role.Run), request.Caller());
        Assert.NotNull(await trusting.Get<Gate>().RefusalAsync(Request("id", "x"), Role.Run, Cancellation));
    }

    [Fact]
    public async Task Where_nobody_asks_for_keys_everybody_is_let_in()
    {
        await using var open = await new ServerRig().StartedAsync();
        var request = Request("id", "x");
        Assert.Null(await open.Get<Gate>().RefusalAsync(request, Role.Admin, Cancellation));
        Assert.Equal(Caller.Anybody, request.Caller());
    }

    [Fact]
    public async Task A_caller_is_told_who_it_is_and_what_it_may()
    {
        var request = Request("id", "x", ("X-Api-Key", Callers[2].Key));
        Assert.Null(await rig.Get<Gate>().RefusalAsync(request, Role.Run, Cancellation));
        var (_, me) = await rig.AnswerAsync(rig.Get<MeEndpoints>().Get(request));
        await using var open = await new ServerRig().StartedAsync();
        var (_, anybody) = await open.AnswerAsync(open.Get<MeEndpoints>().Get(Request("id", "x")));

        Assert.Equal(("shop", "run", "shop-*", true),
            ((string?)me["client"], (string?)me["role"], (string?)me["workflows"]![0], (bool)me["keysRequired"]!));
        Assert.Equal((null, "admin", false), ((string?)anybody["client"], (string?)anybody["role"], (bool)anybody["keysRequired"]!));
        Assert.True(anybody.ContainsKey("client"));
    }

    private static string Base64(string text) =>
        text.StartsWith('{') ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) : text;

    private static HttpRequest Request(string name, string value, params (string Name, string Value)[] headers)
    {
        var request = ServerRig.Request();
        request.RouteValues[name] = value;
        foreach (var header in headers)
        {
            request.Headers[header.Name] = header.Value;
        }

        return request;
    }
}
