using System.Security.Cryptography;
using System.Text;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Media;

/// <summary>
/// Paints what a simulated model imagines: a landscape that follows from the seed and the text, always the same for the same two.
/// </summary>
internal static class Landscape
{
    public static SKBitmap Paint(int width, int height, ulong seed, string text)
    {
        var dice = new Dice(seed, text);
        return Pixels.Draw(width, height, canvas =>
        {
            var hue = (float)(dice.Next() * 360);
            Sky(canvas, width, height, hue);
            Sun(canvas, width, height, hue, dice);
            var hills = 4 + (int)(dice.Next() * 3);
            for (var i = 0; i < hills; i++)
            {
                Hill(canvas, width, height, hue, (i + 1f) / hills, dice);
            }
        });
    }

    private static void Sky(SKCanvas canvas, int width, int height, float hue)
    {
        using var paint = new SKPaint
        {
            Shader = SKShader.CreateLinearGradient(
                new(0, 0), new(0, height),
                [SKColor.FromHsl(hue, 55, 28), SKColor.FromHsl((hue + 40) % 360, 70, 62), SKColor.FromHsl((hue + 70) % 360, 85, 80)],
                [0f, 0.55f, 1f], SKShaderTileMode.Clamp),
        };
        canvas.DrawRect(0, 0, width, height, paint);
    }

    private static void Sun(SKCanvas canvas, int width, int height, float hue, Dice dice)
    {
        var (x, y, radius) = ((float)(width * (0.2 + (dice.Next() * 0.6))), (float)(height * (0.2 + (dice.Next() * 0.25))),
            Math.Min(width, height) * 0.09f);
        var color = SKColor.FromHsl((hue + 60) % 360, 95, 88);
        using var glow =
            new SKPaint
            {
                IsAntialias = true,
                Shader = SKShader.CreateRadialGradient(new(x, y), radius * 5, [color.WithAlpha(150), color.WithAlpha(0)],
                    SKShaderTileMode.Clamp)
            };
        canvas.DrawCircle(x, y, radius * 5, glow);
        using var disc = new SKPaint { IsAntialias = true, Color = color };
        canvas.DrawCircle(x, y, radius, disc);
    }

    private static void Hill(SKCanvas canvas, int width, int height, float hue, float depth, Dice dice)
    {
        var waves = Enumerable.Range(0, 4)
            .Select(i => (Frequency: (0.6 + dice.Next()) * (i + 1) * 2.2, Phase: dice.Next() * 6.28,
                Size: 0.09 / (i + 1) * (0.5 + dice.Next()))).ToArray();
        using var path = new SKPathBuilder();
        path.MoveTo(0, height);
        for (var x = 0; x <= width; x += 2)
        {
            var at = (double)x / Math.Max(1, width);
            path.LineTo(x,
                (float)(height * (0.42 + (depth * 0.5) - waves.Sum(w => Math.Sin((at * w.Frequency) + w.Phase) * w.Size * (1.3 - depth)))));
        }

        path.LineTo(width, height);
        path.Close();
        using var paint =
            new SKPaint { IsAntialias = true, Color = SKColor.FromHsl((hue + 200 + (depth * 30)) % 360, 38, 58 - (depth * 46)) };
        using var shape = path.Detach();
        canvas.DrawPath(shape, paint);
    }

    /// <summary>Numbers from 0 to 1 that a seed and a text decide.</summary>
    private sealed class Dice(ulong seed, string text)
    {
        private readonly byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{text}"));
        private uint drawn;

        public double Next() => BitConverter.ToUInt32(SHA256.HashData([.. key, .. BitConverter.GetBytes(drawn++)])) / (double)uint.MaxValue;
    }
}
