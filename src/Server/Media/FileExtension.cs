using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Server.Media;

/// <summary>Chooses the extension under which a file is staged: ComfyUI and its nodes choose decoders by it.</summary>
public static class FileExtension
{
    private const int Longest = 8;

    /// <param name="upload">What kind of file the node takes.</param>
    /// <param name="image">What the file's own header says, if it is an image.</param>
    /// <param name="name">What the caller or the web calls it; lends its extension, and nothing else.</param>
    /// <param name="head">The file's beginning.</param>
    public static string Of(string upload, MediaFacts? image, string? name, string contentType, ReadOnlySpan<byte> head)
    {
        if (image is { } known)
        {
            return known.Extension;
        }

        var (named, typed, told) = (OfName(name), MediaType.ExtensionOf(contentType), OfContent(head));
        return upload is MediaKind.Video or MediaKind.Audio
            ? First(IsMedia(named) ? named : "", IsMedia(typed) ? typed : "", told, named, typed)
            : First(named, typed, told);
    }

    /// <summary>What the first bytes of videos, sound and 3D scenes say; empty when they say nothing.</summary>
    public static string OfContent(ReadOnlySpan<byte> head) => head switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'M', (byte)'4', (byte)'A', ..] => ".m4a",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'q', (byte)'t', ..] => ".mov",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => ".mp4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0 ? ".webm" : ".mkv",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] => ".wav",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'A', (byte)'V', (byte)'I', ..] => ".avi",
        [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => ".flac",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => ".ogg",
        [(byte)'g', (byte)'l', (byte)'T', (byte)'F', ..] => ".glb",
        [(byte)'I', (byte)'D', (byte)'3', ..] => ".mp3",
        [0xFF, var second, ..] when (second & 0xF6) == 0xF0 => ".aac", // ADTS: the sync word, and no layer.
        [0xFF, var second, ..] when (second & 0xE0) == 0xE0 && (second & 0x06) != 0 => ".mp3",
        _ => "",
    };

    private static string OfName(string? name)
    {
        var given = Path.GetExtension(name ?? "").ToLowerInvariant();
        return given.Length is > 1 and <= Longest && given.Skip(1).All(char.IsAsciiLetterOrDigit) ? given : "";
    }

    // Animated GIFs and WebPs are videos to nodes that load them.
    private static bool IsMedia(string extension) => MediaType.Of(extension).IsMedia;

    private static string First(params ReadOnlySpan<string> extensions)
    {
        foreach (var extension in extensions)
        {
            if (extension.Length > 0)
            {
                return extension;
            }
        }

        return "";
    }
}
