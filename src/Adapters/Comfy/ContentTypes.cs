namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// Media types of what ComfyUI reads and writes, by extension. A name from a host or a caller is believed no further than this.
/// </summary>
public static class ContentTypes
{
    private const string Unknown = "application/octet-stream";

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".gif"] = "image/gif",
        [".bmp"] = "image/bmp",
        [".tiff"] = "image/tiff",
        [".exr"] = "image/x-exr",
        [".mp4"] = "video/mp4",
        [".webm"] = "video/webm",
        [".mov"] = "video/quicktime",
        [".mkv"] = "video/x-matroska",
        [".avi"] = "video/x-msvideo",
        [".flac"] = "audio/flac",
        [".mp3"] = "audio/mpeg",
        [".wav"] = "audio/wav",
        [".ogg"] = "audio/ogg",
        [".opus"] = "audio/opus",
        [".m4a"] = "audio/mp4",
        [".glb"] = "model/gltf-binary",
        [".gltf"] = "model/gltf+json",
        [".obj"] = "model/obj",
        [".stl"] = "model/stl",
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
    };

    // An SVG from a host is a program to a browser; it is handed out as bytes.
    public static string Of(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), Unknown);

    /// <summary>The extension of a media type; empty when it is unknown.</summary>
    public static string ExtensionOf(string contentType) =>
        ByExtension.FirstOrDefault(
            e => e.Value.Split(';')[0].Equals(contentType.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase)).Key ?? "";
}
