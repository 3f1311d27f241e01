using System.Net.Http.Headers;
using SkiaSharp;

namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>One client of several: does this and that, one thing after the other, with what is its own.</summary>
internal sealed class RandomClient(int number, int seed, HttpClient http, HttpClient anyone)
{
    private const int Small = 1000;
    private const int Large = 300_000;

    private readonly Random random = new(HashCode.Combine(seed, number));
    private readonly List<IKept> kept = [];
    private readonly HashSet<IKept> touched = [];
    private int made;

    public IReadOnlyList<IKept> Kept => kept;

    /// <summary>Goes on until the moment has come. What it has asked for by then may have got no answer.</summary>
    public async Task WorkAsync(KillMoment moment)
    {
        while (!moment.HasCome)
        {
            try
            {
                await ActAsync();
                moment.Answered();
            }
            catch (HttpRequestException) when (moment.HasCome)
            {
                return;
            }
        }
    }

    /// <summary>What it has had to do with since it was asked last, and something from before.</summary>
    public IReadOnlyCollection<IKept> TakeTouched()
    {
        HashSet<IKept> taken = kept.Count == 0 ? [] : [.. touched, kept[random.Next(kept.Count)]];
        touched.Clear();
        return taken;
    }

    private Task ActAsync() => random.Next(100) switch
    {
        < 15 => Touch(New(new KeptWorkflow(http, $"w{number}-{made}"))).SaveAsync(random.Next(1 << 24)),
        < 25 when Any<KeptWorkflow>(w => true) is { } workflow => workflow.SaveAsync(random.Next(1 << 24)),
        < 33 when Any<KeptWorkflow>(w => w.IsThere) is { } workflow => workflow.DeleteAsync(),
        < 45 when Any<KeptRun>(r => r.HasEnded) is { } run => run.DeleteAsync(),
        < 60 => Touch(New(new KeptUpload(http, anyone, Bytes(random.Next(2) == 0 ? Small : Large)))).SendAsync(),
        < 75 => NewRun(random.Next(2) == 0 ? "small" : "large", ColorBody()).CallAsync("wait=10"),
        < 90 => FollowAsync(NewRun("small", ColorBody())),
        _ => NewRun("upload", FileBody()).CallAsync("wait=10"),
    };

    private static async Task FollowAsync(KeptRun run)
    {
        await run.CallAsync("respond-async");
        await run.FollowAsync();
    }

    private KeptRun NewRun(string workflow, Func<HttpContent> body) =>
        Touch(New(new KeptRun(http, anyone, (number * 10_000) + made, workflow, body, isRepeated: random.Next(2) == 0)));

    private T? Any<T>(Func<T, bool> isFit)
        where T : class, IKept
    {
        T[] fit = [.. kept.OfType<T>().Where(isFit)];
        return fit.Length == 0 ? null : Touch(fit[random.Next(fit.Length)]);
    }

    private T New<T>(T one)
        where T : IKept
    {
        made++;
        kept.Add(one);
        return one;
    }

    private T Touch<T>(T one)
        where T : IKept
    {
        touched.Add(one);
        return one;
    }

    private Func<HttpContent> ColorBody()
    {
        var color = random.Next(1 << 24);
        return () => Caller.Body($$$"""{"canvas":{"color":{{{color}}}},"sleep":{"seconds":0}}""");
    }

    private Func<HttpContent> FileBody()
    {
        var picture = Picture(random.Next(2) == 0 ? 8 : 200);
        return () => new MultipartFormDataContent
        {
            { new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, "input.image", "a.png" },
        };
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    // Noise: it stays as long as it is.
    private byte[] Picture(int side)
    {
        using var bitmap = new SKBitmap(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Bytes(bitmap.ByteCount).CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
