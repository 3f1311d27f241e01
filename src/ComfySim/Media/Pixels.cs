using SkiaSharp;

namespace ComfyFunc.ComfySim.Media;

/// <summary>What image nodes do to pixels.</summary>
internal static class Pixels
{
    private static readonly SKSamplingOptions Exact = new(SKFilterMode.Nearest);

    public static SKBitmap Scale(SKBitmap source, int width, int height, string method)
    {
        var scaled = ImageBatch.New(Math.Max(1, width), Math.Max(1, height));
        var sampling = method switch
        {
            "nearest-exact" => new SKSamplingOptions(SKFilterMode.Nearest),
            "bicubic" or "lanczos" => new SKSamplingOptions(SKCubicResampler.CatmullRom),
            _ => new SKSamplingOptions(SKFilterMode.Linear),
        };
        source.ScalePixels(scaled, sampling);
        return scaled;
    }

    public static SKBitmap Crop(SKBitmap source, int x, int y, int width, int height) =>
        Draw(Math.Max(1, Math.Min(width, source.Width - x)), Math.Max(1, Math.Min(height, source.Height - y)),
            c => c.DrawBitmap(source, -x, -y, Exact));

    public static SKBitmap Invert(SKBitmap source) =>
        Each(source, c => new SKColor((byte)(255 - c.Red), (byte)(255 - c.Green), (byte)(255 - c.Blue), c.Alpha));

    public static SKBitmap Blur(SKBitmap source, float sigma) => Draw(source.Width, source.Height, c =>
    {
        using var paint = new SKPaint { ImageFilter = SKImageFilter.CreateBlur(sigma, sigma, SKShaderTileMode.Clamp) };
        c.DrawBitmap(source, 0, 0, Exact, paint);
    });

    public static SKBitmap Blend(SKBitmap one, SKBitmap other, double factor)
    {
        using var fitted = Scale(other, one.Width, one.Height, "bicubic");
        var blended = one.Copy();
        var (a, b) = (one.Pixels, fitted.Pixels);
        blended.Pixels =
            [.. a.Zip(b, (p, q) =>
                new SKColor(Mix(p.Red, q.Red, factor), Mix(p.Green, q.Green, factor), Mix(p.Blue, q.Blue, factor), p.Alpha))];
        return blended;
    }

    public static SKBitmap Pad(SKBitmap source, int left, int top, int right, int bottom) =>
        Draw(source.Width + left + right, source.Height + top + bottom, c =>
    {
        c.Clear(SKColors.Gray);
        c.DrawBitmap(source, left, top, Exact);
    });

    public static SKBitmap Over(SKBitmap below, SKBitmap above, int x, int y, SKBitmap? mask)
    {
        using var cut = mask is null ? above.Copy() : WithAlpha(above, mask);
        return Draw(below.Width, below.Height, c =>
        {
            c.DrawBitmap(below, 0, 0, Exact);
            c.DrawBitmap(cut, x, y, Exact);
        });
    }

    public static SKBitmap AlphaMask(SKBitmap source) => Each(source, c => Gray((byte)(255 - c.Alpha)));

    public static SKBitmap Channel(SKBitmap source, string channel) =>
        Each(source, c => Gray(channel switch { "red" => c.Red, "green" => c.Green, "blue" => c.Blue, _ => c.Alpha }));

    public static SKBitmap Fill(int width, int height, SKColor color)
    {
        var filled = ImageBatch.New(width, height);
        filled.Erase(color);
        return filled;
    }

    public static SKBitmap Draw(int width, int height, Action<SKCanvas> draw)
    {
        var bitmap = ImageBatch.New(width, height);
        using var canvas = new SKCanvas(bitmap);
        draw(canvas);
        return bitmap;
    }

    private static SKBitmap WithAlpha(SKBitmap source, SKBitmap mask)
    {
        using var fitted = Scale(mask, source.Width, source.Height, "bilinear");
        var cut = source.Copy();
        cut.Pixels = [.. source.Pixels.Zip(fitted.Pixels, (p, m) => p.WithAlpha(m.Red))];
        return cut;
    }

    private static SKBitmap Each(SKBitmap source, Func<SKColor, SKColor> change)
    {
        var changed = source.Copy();
        changed.Pixels = Array.ConvertAll(source.Pixels, p => change(p));
        return changed;
    }

    private static SKColor Gray(byte value) => new(value, value, value);

    private static byte Mix(byte one, byte other, double factor) => (byte)Math.Clamp((one * (1 - factor)) + (other * factor), 0, 255);
}
