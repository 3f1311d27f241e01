using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Tests.ComfySim;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>Hosts that want something with every request.</summary>
public sealed class DoorTests
{
    private static readonly Dictionary<string, (HostDoor Door, Func<HttpRequest, bool> Guard)> Doors = new()
    {
        ["header"] = (new() { Headers = HostDoor.Open.Headers.Add("Authorization", "Bearer swordfish").Add("X-Pod", "7") },
            r => r.Headers.Authorization == "Bearer swordfish" && r.Headers["X-Pod"] == "7"),
        ["query"] = (new() { Query = "token=sword%20fish&v=1" }, r => r.Query["token"] == "sword fish" && r.Query["v"] == "1"),
        ["user"] = (new() { UserInfo = "me:p%40ss" }, r => r.Headers.Authorization == "Basic " + Convert.ToBase64String("me:p@ss"u8)),
    };

    [Theory]
    [InlineData("header")]
    [InlineData("query")]
    [InlineData("user")]
    public async Task What_opens_the_door_goes_with_every_request_and_the_socket(string kind)
    {
        await using var services = Clients.Build();
        await using var host = await GuardedHost.StartAsync(Doors[kind].Guard, Deadline.Token);
        var address = new HostAddress(host.Url, Doors[kind].Door);
        var client = services.GetRequiredService<ComfyClients>().For(address);
        var news = new HeardNews();
        await using var listener = new HostListener(new("h"), address, client, Clients.ByEar, news, HostSocket.OpenAsync,
            TimeProvider.System, NullLogger<HostListener>.Instance);
        listener.Start();
        await news.UntilAsync("connected");
        var id = Clients.NewId();
        listener.Watch(id, 2);
        await client.SubmitAsync(id, Clients.Bytes(Graphs.Picture()), await listener.ConnectedAsync(Deadline.Token), Deadline.Token,
            """{"api_key_comfy_org":"k"}""");
        Assert.Contains(await news.UntilAsync("ended", id), n => n.What == "progress");
        var file = Assert.IsType<OutputFile>(
            Assert.Single(
                Assert.Single(Assert.IsType<HistoryReply.Found>(await client.GetHistoryAsync(id, Deadline.Token)).Entry.Outputs).Items));
        await using var content = Assert.IsType<OutputReply.Opened>(await client.OpenOutputAsync(file, Deadline.Token)).Content;
        Assert.IsType<UploadReply.Stored>(await client.UploadAsync("x", "a.png", new MemoryStream([1]), "image/png", Deadline.Token));
        Assert.True(await client.CancelAsync(id, Deadline.Token) && await client.FreeAsync(Deadline.Token));
        Assert.IsType<CatalogReply.Read>(await client.GetCatalogAsync(Deadline.Token));
        Assert.NotNull((await client.GetSystemStatsAsync(Deadline.Token)).Value);
        Assert.NotNull((await client.GetFeaturesAsync(Deadline.Token)).MaxUploadBytes);

        Assert.Empty(host.TurnedAway);
        Assert.Superset(new HashSet<string> { "/ws", "/prompt", $"/history/{id}", "/view", "/upload/image", "/queue", "/interrupt", "/free",
            "/object_info", "/system_stats", "/features" }, host.LetIn.ToHashSet());
        Assert.Contains("\"extra_data\":{\"api_key_comfy_org\":\"k\"}", Assert.Single(host.Prompts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_wants_more_is_unreachable_and_says_why()
    {
        await using var services = Clients.Build();
        await using var host = await GuardedHost.StartAsync(_ => false, Deadline.Token);
        var address = new HostAddress(host.Url, Doors["header"].Door);
        var client = services.GetRequiredService<ComfyClients>().For(address);
        var news = new HeardNews();
        await using var listener = new HostListener(new("h"), address, client, Clients.Quick, news, HostSocket.OpenAsync,
            TimeProvider.System, NullLogger<HostListener>.Instance);
        listener.Start();

        Assert.Equal("It does not take the headers or token that it was given (401).", (await news.UntilAsync("unreachable"))[^1].Detail);
        Assert.Equal(HostFaultKind.Unauthorized, (await client.GetSystemStatsAsync(Deadline.Token)).Fault?.Kind);
        Assert.IsType<CatalogReply.Unauthorized>(await client.GetCatalogAsync(Deadline.Token));
        Assert.IsType<SubmitReply.Unanswered>(await client.SubmitAsync(Clients.NewId(), "{}"u8.ToArray(), "c", Deadline.Token));
        Assert.IsType<UploadReply.NoAnswer>(await client.UploadAsync("", "a", new MemoryStream(), "a/b", Deadline.Token));
    }

    [Fact]
    public void A_door_of_its_own_is_a_client_of_its_own()
    {
        using var services = Clients.Build();
        var clients = services.GetRequiredService<ComfyClients>();
        var url = new Uri("http://a/");
        Assert.Same(clients.For(new HostAddress(url, new HostDoor { Query = "a=1" })),
            clients.For(new HostAddress(url, new HostDoor { Query = "a=1" })));
        Assert.NotSame(clients.For(url), clients.For(new HostAddress(url, new HostDoor { Query = "a=1" })));
    }
}
