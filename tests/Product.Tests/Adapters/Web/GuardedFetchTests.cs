using ComfyFunc.Adapters.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static ComfyFunc.Adapters.Web.FetchReply;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class GuardedFetchTests
{
    private const string Url = "http://public.example/pictures/a%20cat.png?size=1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_opened_url_gives_its_content_and_what_is_known_of_it()
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.ContentType = "image/png; charset=x";
            context.Response.ContentLength = 5;
            return context.Response.WriteAsync("hello");
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        Assert.Equal((5L, "image/png", "a cat.png"), (opened.Length, opened.ContentType, opened.FileName));
        Assert.Equal("hello", await FetchRig.ReadAsync(opened));
    }

    [Theory]
    [InlineData("attachment; filename=\"b.png\"", "b.png")]
    [InlineData("attachment; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("attachment; filename=\"c:\\\\x\\\\d.png\"", "d.png")]
    [InlineData("attachment; filename=e.png; filename*=UTF-8''%C3%BC.png", "ü.png")]
    [InlineData("attachment; filename=\"..\"", "a cat.png")]
    [InlineData("nonsense;;;", "a cat.png")]
    [InlineData("attachment; filename=\"%2e%2e%2f\"", "%2e%2e%2f")]
    public async Task The_servers_name_for_a_file_is_one_harmless_segment(string disposition, string name)
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.Headers.ContentDisposition = disposition;
            return context.Response.WriteAsync("x");
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        await opened.Content.DisposeAsync();
        Assert.Equal(name, opened.FileName);
    }

    [Theory]
    [InlineData(301, 5)]
    [InlineData(302, 5)]
    [InlineData(303, 1)]
    [InlineData(307, 1)]
    [InlineData(308, 1)]
    public async Task Redirects_are_followed(int status, int hops)
    {
        await using var rig = await FetchRig.StartAsync(context => Redirect(context, status, hops));
        Assert.Equal("arrived", await FetchRig.ReadAsync(Assert.IsType<Opened>(await rig.GetAsync("http://public.example/0"))));
    }

    [Fact]
    public async Task Redirects_end_somewhere()
    {
        await using var rig = await FetchRig.StartAsync(context => Redirect(context, 302, 6));
        Assert.IsType<Unreachable>(await rig.GetAsync("http://public.example/0"));
        Assert.Equal(6, rig.Requests.Count);
    }

    [Theory]
    [InlineData("//[bad")]
    [InlineData("http://")]
    [InlineData("")]
    public async Task A_redirect_to_nowhere_is_unreachable(string location)
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        Assert.IsType<Unreachable>(await rig.GetAsync(Url));
    }

    [Fact]
    public async Task Nothing_of_ours_goes_with_a_request_not_even_cookies_it_set()
    {
        List<string> headers = [];
        await using var rig = await FetchRig.StartAsync(context =>
        {
            headers.AddRange(context.Request.Headers.Keys);
            context.Response.Headers.SetCookie = "a=b";
            return Redirect(context, 302, 1);
        });
        await FetchRig.ReadAsync(Assert.IsType<Opened>(await rig.GetAsync("http://public.example/0")));
        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], headers.Distinct().Order());
    }

    [Theory]
    [InlineData(204), InlineData(206), InlineData(304), InlineData(302), InlineData(401), InlineData(404), InlineData(500)]
    public async Task Any_answer_but_200_is_unreachable(int status)
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        Assert.Equal($"The server answered {status}.", Assert.IsType<Unreachable>(await rig.GetAsync(Url)).Detail);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_unreachable()
    {
        await using var rig = await FetchRig.StartAsync(context => Task.CompletedTask);
        rig.Name("down.example", "8.8.8.8");
        rig.Name("nobody.example", "");
        Assert.Equal("The server could not be reached.", Assert.IsType<Unreachable>(await rig.GetAsync("http://down.example/")).Detail);
        Assert.Equal("The host name has no address.", Assert.IsType<Unreachable>(await rig.GetAsync("http://nobody.example/")).Detail);
        Assert.IsType<Unreachable>(await rig.GetAsync("https://public.example/"));
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_nothing_else()
    {
        await using var rig = await FetchRig.StartAsync(context => Task.CompletedTask);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Fetch.FetchAsync(new(Url), FetchRig.Limits, new(canceled: true)));
    }

    [Fact]
    public async Task The_registered_fetch_is_guarded()
    {
        await using var services = new ServiceCollection().AddGuardedFetch(_ => new()).BuildServiceProvider();
        var fetch = services.GetRequiredService<GuardedFetch>();
        Assert.IsType<Blocked>(await fetch.FetchAsync(new("http://localhost:1/"), FetchRig.Limits, Cancellation));
    }

    private static Task Redirect(HttpContext context, int status, int hops)
    {
        // A request that arrived has a path.
        var hop = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
        if (hop == hops)
        {
            return context.Response.WriteAsync("arrived");
        }

        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"{hop + 1}";
        return Task.CompletedTask;
    }
}
