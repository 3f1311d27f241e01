using System.Text.Unicode;

namespace ComfyFunc.Server.Media;

/// <summary>
/// Takes the prompt, and whatever else describes a file, out of it; what it shows or plays stays byte for byte.
/// Kinds are told by their content.
/// </summary>
public static class FileMetadata
{
    /// <summary>Up to this many bytes, files of those kinds are handled that have to be written anew.</summary>
    public const int LargestRewritten = 128 << 20;

    private const int Head = 64;

    private delegate byte[]? Rewriter(ReadOnlySpan<byte> file);

    /// <param name="file">Can be read, written and sought; where the kind allows it, it is changed itself.</param>
    /// <param name="name">Decides only about what has no signature: texts.</param>
    public static StripReply Strip(Stream file, string name)
    {
        var head = new byte[(int)Math.Min(Head, file.Length)];
        InPlace.TryRead(file, 0, head);
        file.Position = 0;
        if (InPlaceOf(head) is { } strip && !IsNamedText(name))
        {
            var understood = strip(file);
            file.Position = 0;
            return understood ? new StripReply.Stripped(file) : new StripReply.Unknown();
        }

        if (file.Length > LargestRewritten)
        {
            return new StripReply.TooLarge();
        }

        var bytes = BytesOf(file);
        return IsNamedText(name) && IsText(bytes) ? new StripReply.Nothing()
            : InPlaceOf(head) is not null ? Strip(file, "")
            : RewriterOf(bytes, name)?.Invoke(bytes) is { } kept ? new StripReply.Stripped(StreamOf(kept))
            : new StripReply.Unknown();
    }

    /// <param name="file">May be changed, and may be what is returned.</param>
    /// <param name="name">Decides only about what has no signature: texts.</param>
    /// <returns>The file without its metadata, or <see langword="null"/> when that cannot be taken out of it.</returns>
    public static byte[]? Strip(byte[] file, string name)
    {
        using var content = StreamOf(file);
        return Strip(content, name) switch
        {
            StripReply.Stripped { Content: MemoryStream stripped } => stripped.GetBuffer(),
            StripReply.Nothing => file,
            _ => null,
        };
    }

    private static MemoryStream StreamOf(byte[] bytes) => new(bytes, 0, bytes.Length, writable: true, publiclyVisible: true);

    private static ReadOnlySpan<byte> BytesOf(Stream file)
    {
        if (file is MemoryStream memory && memory.TryGetBuffer(out var buffer))
        {
            return buffer;
        }

        var bytes = new byte[(int)file.Length];
        InPlace.TryRead(file, 0, bytes);
        file.Position = 0;
        return bytes;
    }

    // These can blank what they do not keep, so that nothing moves and nothing but headers is read.
    private static Func<Stream, bool>? InPlaceOf(ReadOnlySpan<byte> head) => head switch
    {
        _ when Mp4Metadata.Recognises(head) => Mp4Metadata.Strip,
        _ when MatroskaMetadata.Recognises(head) => MatroskaMetadata.Strip,
        _ when RiffMetadata.Recognises(head) => RiffMetadata.Strip,
        _ when GlbMetadata.Recognises(head) => GlbMetadata.Strip,
        _ when ExrMetadata.Recognises(head) => ExrMetadata.Strip,
        _ when SafetensorsMetadata.Recognises(head) => SafetensorsMetadata.Strip,
        _ => null,
    };

    private static Rewriter? RewriterOf(ReadOnlySpan<byte> file, string name) => file switch
    {
        _ when PngMetadata.Recognises(file) => PngMetadata.Strip,
        _ when JpegMetadata.Recognises(file) => JpegMetadata.Strip,
        _ when WebPMetadata.Recognises(file) => WebPMetadata.Strip,
        _ when GifMetadata.Recognises(file) => GifMetadata.Strip,
        _ when BmpMetadata.Recognises(file) => BmpMetadata.Strip,
        _ when OggMetadata.Recognises(file) => OggMetadata.Strip,
        _ when FlacMetadata.Recognises(file) => FlacMetadata.Strip,
        _ when MpegAudioMetadata.Recognises(file) => MpegAudioMetadata.Strip,
        _ when PlyMetadata.Recognises(file) => PlyMetadata.Strip,
        _ when StlMetadata.Recognises(file) => StlMetadata.Strip,
        _ when SvgMetadata.Recognises(file) => SvgMetadata.Strip,
        _ when Path.GetExtension(name).Equals(".gltf", StringComparison.OrdinalIgnoreCase) => GltfJson.Strip,
        _ when Path.GetExtension(name).Equals(".obj", StringComparison.OrdinalIgnoreCase) => ObjMetadata.Strip,
        _ => null,
    };

    // Texts are what a node was told to write, and ComfyUI adds nothing to them.
    private static bool IsNamedText(string name) =>
        Path.GetExtension(name).ToUpperInvariant() is ".TXT" or ".MD" or ".CSV" or ".SRT" or ".JSON";

    private static bool IsText(ReadOnlySpan<byte> file) =>
        !file.Contains((byte)0) && (Utf8.IsValid(file) || !file.ContainsAnyInRange((byte)0x80, (byte)0x9F));
}
