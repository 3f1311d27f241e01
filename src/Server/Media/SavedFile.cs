using System.Runtime.InteropServices;

namespace ComfyFunc.Server.Media;

/// <summary>
/// What a file that ComfyUI saved says of how it was made: the graph and the prompt in its metadata. Kinds are told by their content.
/// </summary>
public abstract record SavedFile
{
    private SavedFile() { }

    private delegate Flaw? Reader(ReadOnlySpan<byte> file, SavedTexts texts);

    private delegate Flaw? StreamReader(Stream file, SavedTexts texts);

    /// <summary>At least one of both is there, as JSON.</summary>
    /// <param name="Format">What its format is called.</param>
    /// <param name="Workflow">The graph.</param>
    public sealed record Found(string Format, string? Workflow, string? Prompt) : SavedFile;

    /// <summary>A format that can hold them, and neither is there.</summary>
    public sealed record Nothing(string Format) : SavedFile;

    /// <param name="What">What is wrong, as the end of a sentence that begins with the format.</param>
    /// <param name="At">The byte of the file at which it is.</param>
    public sealed record Broken(string Format, string What, long At) : SavedFile;

    /// <summary>No format that ComfyUI puts graphs or prompts into, or JSON.</summary>
    public sealed record Unknown : SavedFile;

    public static SavedFile Read(ReadOnlyMemory<byte> file)
    {
        var texts = new SavedTexts();
        if (ReaderOf(file.Span) is { } kind)
        {
            return Answer(kind.Format, kind.Read(file.Span, texts), texts);
        }

        if (StreamReaderOf(file.Span) is { } other)
        {
            using var stream = StreamOf(file);
            return Answer(other.Format, other.Read(stream, texts), texts);
        }

        return new Unknown();
    }

    private static (string Format, Reader Read)? ReaderOf(ReadOnlySpan<byte> file) => file switch
    {
        _ when PngMetadata.Recognises(file) => ("PNG", PngMetadata.Read),
        _ when JpegMetadata.Recognises(file) => ("JPEG", JpegMetadata.Read),
        _ when WebPMetadata.Recognises(file) => ("WebP", WebPMetadata.Read),
        _ when OggMetadata.Recognises(file) => ("Ogg", OggMetadata.Read),
        _ when FlacMetadata.Recognises(file) => ("FLAC", FlacMetadata.Read),
        _ when MpegAudioMetadata.Recognises(file) => ("MP3", MpegAudioMetadata.Read),
        _ when SvgMetadata.Recognises(file) => ("SVG", SvgMetadata.Read),
        _ => null,
    };

    private static (string Format, StreamReader Read)? StreamReaderOf(ReadOnlySpan<byte> file) => file switch
    {
        _ when Mp4Tags.Recognises(file) => ("MP4", Mp4Tags.Read),
        _ when MatroskaMetadata.Recognises(file) => ("Matroska", MatroskaTags.Read),
        _ when GlbMetadata.Recognises(file) => ("GLB", GlbMetadata.Read),
        _ when SafetensorsMetadata.Recognises(file) => ("Safetensors", SafetensorsMetadata.Read),
        _ => null,
    };

    private static SavedFile Answer(string format, Flaw? flaw, SavedTexts texts) =>
        flaw is { } there ? new Broken(format, there.What, there.At)
        : texts is { Workflow: null, Prompt: null } ? new Nothing(format)
        : new Found(format, texts.Workflow, texts.Prompt);

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> file) => MemoryMarshal.TryGetArray(file, out var segment)
        ? new(segment.Array!, segment.Offset, segment.Count, writable: false) // An array was got.
        : new(file.ToArray(), writable: false);
}

/// <summary>What is wrong with a file, and at which byte of it.</summary>
internal readonly record struct Flaw(string What, long At)
{
    public static Flaw CutOff(long at) => new("goes on beyond its end", at);
}
