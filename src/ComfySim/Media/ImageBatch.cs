using SkiaSharp;

namespace ComfyFunc.ComfySim.Media;

/// <summary>Pictures of one size, as ComfyUI's IMAGE is a batch.</summary>
internal sealed record ImageBatch(IReadOnlyList<SKBitmap> Pictures)
{
    public int Width => Pictures[0].Width;

    public int Height => Pictures[0].Height;

    public ImageBatch Map(Func<SKBitmap, SKBitmap> change) => new([.. Pictures.Select(change)]);

    public static SKBitmap New(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
}

/// <summary>Masks of one size; white is one.</summary>
internal sealed record MaskBatch(IReadOnlyList<SKBitmap> Pictures);
