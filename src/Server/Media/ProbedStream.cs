using ComfyFunc.Adapters.Comfy;
using SkiaSharp;

namespace ComfyFunc.Server.Media;

/// <summary>Passes a stream through and keeps its beginning, from which an image's format and size can be read afterwards.</summary>
public sealed class ProbedStream(Stream inner) : KeepingStream(inner)
{
    // Enough for the headers of every format that Skia reads, JPEGs with embedded thumbnails and profiles included.
    private const int Kept = 256 << 10;

    private readonly MemoryStream head = new();

    /// <returns><see langword="null"/> when what passed is no image.</returns>
    public MediaFacts? Read()
    {
        using var data = SKData.CreateCopy(head.GetBuffer().AsSpan(0, (int)head.Length));
        using var codec = SKCodec.Create(data);
        return codec is null ? null : MediaFacts.Of(codec);
    }

    /// <summary>The beginning of what passed.</summary>
    public ReadOnlySpan<byte> Head => head.GetBuffer().AsSpan(0, (int)head.Length);

    protected override void Keep(ReadOnlySpan<byte> bytes) => head.Write(bytes[..Math.Min(bytes.Length, Kept - (int)head.Length)]);

    protected override void Dispose(bool disposing)
    {
        head.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>What an image's header says of it.</summary>
public readonly record struct MediaFacts(int Width, int Height, string ContentType, string Extension)
{
    internal static MediaFacts? Of(SKCodec codec)
    {
        var extension = codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => ".png",
            SKEncodedImageFormat.Jpeg => ".jpg",
            SKEncodedImageFormat.Webp => ".webp",
            SKEncodedImageFormat.Gif => ".gif",
            SKEncodedImageFormat.Bmp => ".bmp",
            _ => null,
        };
        return extension is null ? null : new(codec.Info.Width, codec.Info.Height, MediaType.Of(extension).ContentType, extension);
    }
}
