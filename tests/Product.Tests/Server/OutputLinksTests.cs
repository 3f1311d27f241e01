using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Time.Testing;
using SkiaSharp;

namespace ComfyFunc.Tests.Server;

/// <summary>Links to thumbnails: what they open, for how long, and nothing else.</summary>
public sealed class OutputLinksTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;
    private RunId run;

    public OutputLinksTests() => rig = new(new() { SignLinks = true, TrustEasyAuth = true }, clock: clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await rig.StartedAsync();
        run = await InsertAsync();
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_thumbnail_s_link_sends_to_the_file_without_a_key_until_its_time_is_over()
    {
        var link = await LinkAsync(0);
        Assert.Equal($"/api/links/runs/{run}/outputs/left%2Fright/0", link.AbsolutePath);
        Assert.IsType<RedirectHttpResult>(await FollowAsync(link));

        clock.Advance(new ComfyFuncOptions().UrlLifetime - TimeSpan.FromSeconds(1));
        Assert.IsType<RedirectHttpResult>(await FollowAsync(link));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((403, "forbidden"), await RefusalAsync(link));
    }

    [Fact]
    public async Task A_link_opens_one_output_in_one_size_until_one_moment()
    {
        var (link, other) = (await LinkAsync(0), await InsertAsync());
        (string Part, string Instead)[] changes =
        [
            ("/0?", "/1?"), ("left", "right"), ("width=256", "width=255"), ("height=256", "height=1024"), ("format=webp", "format=png"),
            ("&height=256", ""), ("expires=1", "expires=2"), ("&sig=", "&sig=A"), (run.Value, other.Value),
            (link.Query, "?format=webp&width=256&height=256"),
        ];

        foreach (var (part, instead) in changes)
        {
            Assert.Contains(part, link.AbsoluteUri, StringComparison.Ordinal);
            Assert.Equal((404, "not_found"), await RefusalAsync(new(link.AbsoluteUri.Replace(part, instead, StringComparison.Ordinal))));
        }

        foreach (var at in Enumerable.Range(1, 43))
        {
            var letter = link.AbsoluteUri[^at];
            var changed = link.AbsoluteUri.Remove(link.AbsoluteUri.Length - at, 1)
                .Insert(link.AbsoluteUri.Length - at, letter is 'A' ? "B" : "A");
            Assert.Equal((404, "not_found"), await RefusalAsync(new(changed)));
        }
    }

    [Fact]
    public async Task A_run_that_is_gone_is_404_by_a_good_link_too()
    {
        var link = await LinkAsync(1);
        await rig.Get<RunStore>().DeleteAsync(run, Cancellation);

        Assert.Equal((404, "not_found"), await RefusalAsync(link));
    }

    [Theory]
    [InlineData(null, "http://localhost:7071")]
    [InlineData("https://comfy.example.com/base", "https://comfy.example.com/base")]
    public async Task Without_keys_it_is_the_output_s_own_address(string? publicUrl, string start)
    {
        await using var open = await new ServerRig(new() { PublicUrl = publicUrl is null ? null : new(publicUrl) }).StartedAsync();
        var link = await open.Get<OutputLinks>().ThumbnailAsync(run, "a b", 2, Cancellation);

        Assert.Equal($"{start}/api/runs/{run}/outputs/a%20b/2?format=webp&width=256&height=256", link);
    }

    private async Task<RunId> InsertAsync()
    {
        var ended = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock);
        var artifacts = Enumerable.Range(0, 2).Select(n => new RunArtifact
        {
            Tag = "left/right",
            Type = "image",
            Name = $"{n}.png",
            ContentType = "image/png",
            Bytes = Png().Length,
            Width = 40,
            Height = 20,
            Blob = $"runs/{ended.Id}/outputs/1/3/{n}",
        }).ToArray();
        foreach (var artifact in artifacts)
        {
            await rig.Get<IBlobStore>().PutBytesAsync(artifact.Blob!, Png(), "image/png", Cancellation);
        }

        await rig.Get<RunStore>().InsertAsync(ended with { Artifacts = [.. artifacts] }, Cancellation);
        return ended.Id;
    }

    private async Task<Uri> LinkAsync(int n)
    {
        var record = await rig.Get<RunStore>().FindAsync(run, Cancellation);
        var shown = await rig.Get<RunResource>().ShowAsync(record!, RunView.ForAnybody, Cancellation);
        return new((string)shown["outputs"]!["left/right"]![n]!["thumbnailUrl"]!);
    }

    private async Task<(int Status, string? Code)> RefusalAsync(Uri link)
    {
        var (status, body) = await rig.AnswerAsync(await FollowAsync(link));
        return (status, (string?)body["code"]);
    }

    // Through the gate, as a request comes.
    private Task<IResult> FollowAsync(Uri link)
    {
        var request = ServerRig.Request(query: link.Query);
        (request.Method, request.Scheme, request.Host, request.Path) = ("GET", "http", new("localhost"), link.AbsolutePath);
        (request.RouteValues["id"], request.RouteValues["tag"], request.RouteValues["n"]) =
            (link.Segments[4].TrimEnd('/'), link.Segments[6].TrimEnd('/'), link.Segments[7]);
        request.HttpContext.RequestServices = rig.Services;
        return rig.Get<ApiPipeline>().AnswerAsync(request, "GetRunOutputByLink", Cancellation);
    }

    private static byte[] Png()
    {
        using var bitmap = new SKBitmap(40, 20);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}
