using System.Collections.Immutable;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// What is known of a file by its extension: one row each. A name from a host or a caller is believed no further than this.
/// </summary>
/// <param name="Extension">In lower case, with its dot.</param>
/// <param name="ContentType">What a file of this name is handed out as.</param>
/// <param name="Kind">One of <see cref="MediaKind.OfOutputs"/>.</param>
public sealed record MediaType(string Extension, string ContentType, string Kind)
{
    private const string Bytes = "application/octet-stream";

    /// <summary>What else a file of this extension is called by those who send it.</summary>
    public ImmutableArray<string> Aliases { get; private init; } = [];

    /// <summary>Whether it may hold a moving picture, which ComfyUI says of the file.</summary>
    public bool MayMove { get; private init; }

    /// <summary>Of two rows with one content type, the first lends its extension.</summary>
    public static ImmutableArray<MediaType> All { get; } =
    [
        new(".png", "image/png", MediaKind.Image) { MayMove = true },
        new(".apng", "image/apng", MediaKind.Image) { MayMove = true },
        new(".jpg", "image/jpeg", MediaKind.Image),
        new(".jpeg", "image/jpeg", MediaKind.Image),
        new(".webp", "image/webp", MediaKind.Image) { MayMove = true },
        new(".gif", "image/gif", MediaKind.Image) { MayMove = true },
        new(".bmp", "image/bmp", MediaKind.Image),
        new(".tiff", "image/tiff", MediaKind.Image),
        new(".tif", "image/tiff", MediaKind.Image),
        new(".exr", "image/x-exr", MediaKind.Image),
        new(".hdr", "image/vnd.radiance", MediaKind.Image),
        // To a browser an SVG is a program.
        new(".svg", Bytes, MediaKind.Image),
        new(".mp4", "video/mp4", MediaKind.Video) { Aliases = ["application/mp4", "video/x-m4v"] },
        new(".m4v", "video/mp4", MediaKind.Video),
        new(".webm", "video/webm", MediaKind.Video) { Aliases = ["audio/webm"] },
        new(".mov", "video/quicktime", MediaKind.Video),
        new(".mkv", "video/x-matroska", MediaKind.Video),
        new(".avi", "video/x-msvideo", MediaKind.Video),
        new(".mpg", "video/mpeg", MediaKind.Video),
        new(".flac", "audio/flac", MediaKind.Audio) { Aliases = ["audio/x-flac"] },
        new(".mp3", "audio/mpeg", MediaKind.Audio) { Aliases = ["audio/mp3"] },
        new(".wav", "audio/wav", MediaKind.Audio) { Aliases = ["audio/x-wav", "audio/wave", "audio/vnd.wave"] },
        new(".ogg", "audio/ogg", MediaKind.Audio) { Aliases = ["video/ogg", "application/ogg"] },
        new(".opus", "audio/opus", MediaKind.Audio),
        new(".m4a", "audio/mp4", MediaKind.Audio) { Aliases = ["audio/x-m4a"] },
        new(".aac", "audio/aac", MediaKind.Audio),
        new(".glb", "model/gltf-binary", MediaKind.ThreeD),
        new(".gltf", "model/gltf+json", MediaKind.ThreeD),
        new(".obj", "model/obj", MediaKind.ThreeD),
        new(".stl", "model/stl", MediaKind.ThreeD),
        new(".usdz", "model/vnd.usdz+zip", MediaKind.ThreeD),
        new(".fbx", Bytes, MediaKind.ThreeD),
        new(".ply", Bytes, MediaKind.ThreeD),
        new(".splat", Bytes, MediaKind.ThreeD),
        new(".latent", Bytes, MediaKind.Latent),
        new(".txt", "text/plain; charset=utf-8", MediaKind.Text),
        new(".md", "text/markdown; charset=utf-8", MediaKind.Text),
        new(".csv", "text/csv; charset=utf-8", MediaKind.Text),
        new(".srt", "application/x-subrip", MediaKind.Text),
        new(".json", "application/json", MediaKind.Json),
    ];

    /// <summary>Of a file that no row knows.</summary>
    public static MediaType Unknown { get; } = new("", Bytes, MediaKind.File);

    private static readonly Dictionary<string, MediaType> ByExtension =
        All.ToDictionary(t => t.Extension, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is a picture, a film or sound by its content type.</summary>
    public bool IsMedia => ContentType.Split('/')[0] is "image" or "video" or "audio";

    /// <param name="fileName">A file's name, or an extension with its dot.</param>
    public static MediaType Of(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), Unknown);

    /// <summary>What an output file is: what a node made to move is a video.</summary>
    public static string KindOf(OutputFile file) => Of(file.FileName) is { MayMove: true } && file.Animated ? MediaKind.Video
        : Of(file.FileName).Kind;

    /// <summary>The extension of a content type; empty when it is unknown.</summary>
    public static string ExtensionOf(string contentType)
    {
        var named = contentType.Split(';')[0].Trim();
        return named.Equals(Bytes, StringComparison.OrdinalIgnoreCase) ? ""
            : (All.FirstOrDefault(t => named.Equals(t.ContentType.Split(';')[0], StringComparison.OrdinalIgnoreCase))
                ?? All.FirstOrDefault(t => t.Aliases.Contains(named, StringComparer.OrdinalIgnoreCase)))?.Extension ?? "";
    }
}
