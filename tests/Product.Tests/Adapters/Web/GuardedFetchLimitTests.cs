using System.IO.Compression;
using ComfyFunc.Adapters.Web;
using Microsoft.AspNetCore.Http;
using static ComfyFunc.Adapters.Web.FetchReply;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class GuardedFetchLimitTests
{
    private const string Url = "http://public.example/large";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_announced_too_large_is_refused_at_once()
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.ContentLength = 6;
            return context.Response.WriteAsync("hello!");
        });
        Assert.IsType<TooLarge>(await rig.GetAsync(Url, FetchRig.Limits with { MaxBytes = 5 }));
        Assert.Equal("hello!",
            await FetchRig.ReadAsync(Assert.IsType<Opened>(await rig.GetAsync(Url, FetchRig.Limits with { MaxBytes = 6 }))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_that_grows_too_large_is_cut_off_while_it_streams(bool compressed)
    {
        await using var rig = await FetchRig.StartAsync(async context =>
        {
            if (compressed)
            {
                context.Response.Headers.ContentEncoding = "gzip";
            }

            await using var body = compressed ? new GZipStream(context.Response.Body, CompressionLevel.Fastest) : context.Response.Body;
            for (var i = 0; i < 100; i++)
            {
                await body.WriteAsync(new byte[100_000], context.RequestAborted);
            }
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
        await using var rig = await FetchRig.StartAsync(async context =>
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
        await using var rig = await FetchRig.StartAsync(async context =>
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
        await using var rig = await FetchRig.StartAsync(async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("hel");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await hasOpened.Task;
            context.Abort();
        });
        var opened = Assert.IsType<Opened>(await rig.GetAsync(Url));
        hasOpened.SetResult();
        var cut = await Assert.ThrowsAsync<FetchInterruptedException>(() => FetchRig.ReadAsync(opened));
        Assert.IsType<Unreachable>(cut.Reply);
    }

    private static async Task UntilAbortedAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }
}
