using System.IO.Compression;
using ComfyFunc.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static ComfyFunc.Web.FetchReply;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class GuardedFetchTests
{
    private const string Url = "http://public.example/pictures/a%20cat.png?size=1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_opened_url_gives_its_content_and_what_is_known_of_it()
    {
        await using var rig = await StartAsync(context =>
        {
            context.Response.ContentType = "image/png; charset=x";
            context.Response.ContentLength = 5;
            return context.Response.WriteAsync("hello");
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        Assert.Equal((5L, "image/png", "a cat.png"), (opened.Length, opened.ContentType, opened.FileName));
        Assert.Equal("hello", await ReadAsync(opened));
    }

    [Theory]
    [InlineData("attachment; filename=\"b.png\"", "b.png")]
    [InlineData("attachment; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("attachment; filename=\"c:\\\\x\\\\d.png\"", "d.png")]
    [InlineData("attachment; filename=e.png; filename*=UTF-8''%C3%BC.png", "ü.png")]
    [InlineData("attachment; filename=\"..\"", "a cat.png")]
    [InlineData("nonsense;;;", "a cat.png")]
    public async Task The_servers_name_for_a_file_is_one_harmless_segment(string disposition, string name)
    {
        await using var rig = await StartAsync(context =>
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
        await using var rig = await StartAsync(context => Redirect(context, status, hops));
        Assert.Equal("arrived", await ReadAsync(Assert.IsType<Opened>(await rig.GetAsync("http://public.example/0"))));
    }

    [Fact]
    public async Task Redirects_end_somewhere()
    {
        await using var rig = await StartAsync(context => Redirect(context, 302, 6));
        Assert.IsType<Unreachable>(await rig.GetAsync("http://public.example/0"));
        Assert.Equal(6, rig.Requests.Count);
    }

    [Fact]
    public async Task Nothing_of_ours_goes_with_a_request_not_even_cookies_it_set()
    {
        List<string> headers = [];
        await using var rig = await StartAsync(context =>
        {
            headers.AddRange(context.Request.Headers.Keys);
            context.Response.Headers.SetCookie = "a=b";
            return Redirect(context, 302, 1);
        });
        await ReadAsync(Assert.IsType<Opened>(await rig.GetAsync("http://public.example/0")));
        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], headers.Distinct().Order());
    }

    [Theory]
    [InlineData(204), InlineData(206), InlineData(304), InlineData(302), InlineData(401), InlineData(404), InlineData(500)]
    public async Task Any_answer_but_200_is_unreachable(int status)
    {
        await using var rig = await StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        Assert.Equal($"The server answered {status}.", Assert.IsType<Unreachable>(await rig.GetAsync(Url)).Detail);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_unreachable()
    {
        await using var rig = await StartAsync(context => Task.CompletedTask);
        rig.Name("down.example", "8.8.8.8");
        rig.Name("nobody.example", "");
        Assert.Equal("The server could not be reached.", Assert.IsType<Unreachable>(await rig.GetAsync("http://down.example/")).Detail);
        Assert.Equal("The host name has no address.", Assert.IsType<Unreachable>(await rig.GetAsync("http://nobody.example/")).Detail);
        Assert.IsType<Unreachable>(await rig.GetAsync("https://public.example/"));
    }

    [Fact]
    public async Task Content_announced_too_large_is_refused_at_once()
    {
        await using var rig = await StartAsync(context =>
        {
            context.Response.ContentLength = 6;
            return context.Response.WriteAsync("hello!");
        });
        Assert.IsType<TooLarge>(await rig.GetAsync(Url, FetchRig.Limits with { MaxBytes = 5 }));
        Assert.Equal("hello!", await ReadAsync(Assert.IsType<Opened>(await rig.GetAsync(Url, FetchRig.Limits with { MaxBytes = 6 }))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_that_grows_too_large_is_cut_off_while_it_streams(bool compressed)
    {
        await using var rig = await StartAsync(async context =>
        {
            if (compressed) context.Response.Headers.ContentEncoding = "gzip";
            await using var body = compressed ? new GZipStream(context.Response.Body, CompressionLevel.Fastest) : context.Response.Body;
            for (var i = 0; i < 100; i++) await body.WriteAsync(new byte[100_000], context.RequestAborted);
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        Assert.Null(opened.Length);
        var read = new MemoryStream();
        var cut = await Assert.ThrowsAsync<FetchInterruptedException>(() => opened.Content.CopyToAsync(read, Cancellation));
        await opened.Content.DisposeAsync();
        Assert.IsType<TooLarge>(cut.Reply);
        Assert.True(read.Length <= FetchRig.Limits.MaxBytes);
    }

    [Fact]
    public async Task A_server_that_never_answers_runs_out_of_time()
    {
        var asked = new TaskCompletionSource();
        await using var rig = await StartAsync(async context =>
        {
            asked.SetResult();
            await UntilAbortedAsync(context);
        });
        var reply = rig.GetAsync(Url);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        rig.Clock.Advance(FetchRig.Limits.Timeout);
        Assert.Equal("The server took too long.", Assert.IsType<Unreachable>(await reply).Detail);
    }

    [Fact]
    public async Task Content_that_stalls_runs_out_of_time()
    {
        await using var rig = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("hel");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await UntilAbortedAsync(context);
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        Assert.Equal(3, await opened.Content.ReadAtLeastAsync(new byte[3], 3, cancellationToken: Cancellation));
        var rest = opened.Content.ReadAsync(new byte[3], Cancellation);
        rig.Clock.Advance(FetchRig.Limits.Timeout);
        var cut = await Assert.ThrowsAsync<FetchInterruptedException>(async () => await rest);
        Assert.Equal(new Unreachable("The server took too long."), cut.Reply);
        await opened.Content.DisposeAsync();
    }

    [Fact]
    public async Task Content_that_breaks_off_is_told_from_content_that_ends()
    {
        var hasOpened = new TaskCompletionSource();
        await using var rig = await StartAsync(async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("hel");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await hasOpened.Task;
            context.Abort();
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        hasOpened.SetResult();
        var cut = await Assert.ThrowsAsync<FetchInterruptedException>(() => ReadAsync(opened));
        Assert.IsType<Unreachable>(cut.Reply);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_nothing_else()
    {
        await using var rig = await StartAsync(context => Task.CompletedTask);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Fetch.FetchAsync(new(Url), FetchRig.Limits, new(canceled: true)));
    }

    [Fact]
    public async Task The_registered_fetch_is_guarded()
    {
        await using var services = new ServiceCollection().AddGuardedFetch().BuildServiceProvider();
        var fetch = services.GetRequiredService<GuardedFetch>();
        Assert.IsType<Blocked>(await fetch.FetchAsync(new("http://localhost:1/"), FetchRig.Limits, Cancellation));
    }

    private static async Task<FetchRig> StartAsync(RequestDelegate answer)
    {
        var rig = await FetchRig.StartAsync(answer);
        rig.Name("public.example", FetchRig.Public.ToString());
        return rig;
    }

    private static async Task UntilAbortedAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }

    private static Task Redirect(HttpContext context, int status, int hops)
    {
        var hop = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture); // A request that arrived has a path.
        if (hop == hops) return context.Response.WriteAsync("arrived");
        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"{hop + 1}";
        return Task.CompletedTask;
    }

    private static async Task<string> ReadAsync(Opened opened)
    {
        using var reader = new StreamReader(opened.Content);
        return await reader.ReadToEndAsync(Cancellation);
    }
}
