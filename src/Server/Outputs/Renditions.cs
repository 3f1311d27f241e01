using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Server.Media;
using ComfyFunc.Server.Runs;
using SkiaSharp;

namespace ComfyFunc.Server.Outputs;

/// <summary>
/// Makes renditions of images, each once: the next caller gets the one that is kept beside the run's outputs, as long as those are.
/// </summary>
public sealed class Renditions(IBlobStore blobs) : IDisposable
{
    private const int LargestSource = 128 << 20;
    private const long MostPixels = 64_000_000; // 256 MB of pixels while it is made.

    private readonly SemaphoreSlim making = new(2);

    public void Dispose() => making.Dispose();

    /// <returns>The artifact as it is wanted; <see langword="null"/> when it is no image, has more than one picture, is too large, or its
    /// metadata cannot be taken out.</returns>
    public async Task<RunArtifact?> MakeAsync(RunId run, RunArtifact artifact, Rendition rendition, CancellationToken cancellationToken)
    {
        if (artifact is not { Blob: { } source, Bytes: <= LargestSource } || !(rendition.IsLossless || IsDrawable(artifact)))
        {
            return null;
        }

        var name = RunBlobs.Rendition(run,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{rendition.Key}")))[..24]);
        if ((await blobs.FindAsync(name, cancellationToken)
            ?? await MakeAsync(name, source, artifact, rendition, cancellationToken)) is not { } made)
        {
            return null;
        }

        var kept = artifact with { Bytes = made.Bytes, Sha256 = made.Sha256, Blob = made.Name };
        if (rendition.IsLossless || artifact is not { Width: { } width, Height: { } height })
        {
            return kept;
        }

        var (fitWidth, fitHeight) = rendition.FitOf(width, height);
        return kept with
        {
            Name = Path.ChangeExtension(artifact.Name, MediaType.ExtensionOf(made.ContentType)),
            ContentType = made.ContentType,
            Width = fitWidth,
            Height = fitHeight
        };
    }

    private static bool IsDrawable(RunArtifact artifact) =>
        artifact is { Type: MediaKind.Image, Width: { } width, Height: { } height } && (long)width * height <= MostPixels;

    private async Task<BlobFile?> MakeAsync(string name, string source, RunArtifact artifact, Rendition rendition,
        CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            return await blobs.ReadBytesAsync(source, LargestSource, cancellationToken) is { } bytes
                && (rendition.IsLossless ? Strip(bytes, artifact) : Render(bytes, rendition)) is var (content, type)
                ? await blobs.PutBytesAsync(name, content, type, cancellationToken)
                : null;
        }
        finally
        {
            making.Release();
        }
    }

    private static (byte[] Content, string ContentType)? Strip(byte[] file, RunArtifact artifact) =>
        FileMetadata.Strip(file, artifact.Name ?? "") is { } stripped
        ? (stripped, artifact.ContentType ?? MediaType.Of(artifact.Name ?? "").ContentType) : null;

    private static (byte[] Content, string ContentType)? Render(byte[] file, Rendition rendition)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null || MediaFacts.Of(codec) is not { } facts)
        {
            return null;
        }

        // An animation may have a still thumbnail, but is not to lose its frames to a conversion.
        if (codec.FrameCount > 1 && !rendition.IsScaled)
        {
            return null;
        }

        using var picture = SKBitmap.Decode(codec);
        if (picture is null)
        {
            return null;
        }

        var (width, height) = rendition.FitOf(picture.Width, picture.Height);
        var format = rendition.Format ?? OwnFormat(facts);
        using var drawn =
            new SKBitmap(
                new SKImageInfo(width, height, SKColorType.Rgba8888, format is ImageFormat.Jpeg ? SKAlphaType.Opaque : SKAlphaType.Premul));
        using (var canvas = new SKCanvas(drawn))
        using (var image = SKImage.FromBitmap(picture))
        {
            canvas.Clear(format is ImageFormat.Jpeg ? SKColors.White : SKColors.Transparent); // JPEG knows no transparency.
            canvas.DrawImage(image, SKRect.Create(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        var (encoding, type) = Made(format);
        using var encoded = drawn.Encode(encoding, rendition.Quality);
        return encoded is null ? null : (encoded.ToArray(), type.ContentType);
    }

    private static ImageFormat OwnFormat(MediaFacts facts) => facts.Extension switch
    {
        ".jpg" => ImageFormat.Jpeg,
        ".webp" => ImageFormat.Webp,
        _ => ImageFormat.Png,
    };

    private static (SKEncodedImageFormat Encoding, MediaType Type) Made(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => (SKEncodedImageFormat.Jpeg, MediaType.Of(".jpg")),
        ImageFormat.Webp => (SKEncodedImageFormat.Webp, MediaType.Of(".webp")),
        _ => (SKEncodedImageFormat.Png, MediaType.Of(".png")),
    };
}
