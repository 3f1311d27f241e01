using System.Text;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Media;

/// <summary>Writes animated WebP files: Skia encodes the frames, the RIFF container (RFC 9649) is written around them.</summary>
internal static class AnimatedWebp
{
    public static byte[] Encode(IReadOnlyList<SKBitmap> frames, double fps, int quality)
    {
        using var body = new MemoryStream();
        body.Write("WEBP"u8);
        Write(body, "VP8X", [0x12, 0, 0, 0, .. Three(frames[0].Width - 1), .. Three(frames[0].Height - 1)]);
        Write(body, "ANIM", [0, 0, 0, 0, 0, 0]);
        foreach (var frame in frames)
        {
            Write(body, "ANMF",
                [.. Three(0), .. Three(0), .. Three(frame.Width - 1), .. Three(frame.Height - 1),
                    .. Three((int)(1000 / Math.Max(0.01, fps))), 0, .. FrameData(frame, quality)]);
        }

        return [.. "RIFF"u8, .. BitConverter.GetBytes((int)body.Length), .. body.ToArray()];
    }

    // The chunks of a still picture without its RIFF header and without a VP8X of its own.
    private static byte[] FrameData(SKBitmap frame, int quality)
    {
        using var data = frame.Encode(SKEncodedImageFormat.Webp, quality);
        var file = data.ToArray();
        using var kept = new MemoryStream();
        for (var at = 12; at < file.Length;)
        {
            var length = 8 + ((BitConverter.ToInt32(file, at + 4) + 1) & ~1);
            if (Encoding.ASCII.GetString(file, at, 4) is "VP8 " or "VP8L" or "ALPH")
            {
                kept.Write(file, at, Math.Min(length, file.Length - at));
            }

            at += length;
        }

        return kept.ToArray();
    }

    private static void Write(MemoryStream body, string type, byte[] data)
    {
        body.Write(Encoding.ASCII.GetBytes(type));
        body.Write(BitConverter.GetBytes(data.Length));
        body.Write(data);
        if (data.Length % 2 == 1)
        {
            body.WriteByte(0);
        }
    }

    private static byte[] Three(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
