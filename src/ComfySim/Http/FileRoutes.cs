using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Http;

/// <summary>Files: uploads into the input folder, and viewing what any folder holds.</summary>
internal static class FileRoutes
{
    public static void Map(WebApplication app, SimProcess process)
    {
        app.Both("POST", "/upload/image", context => UploadAsync(context, process));
        app.Both("POST", "/upload/mask", context => UploadMaskAsync(context, process));
        app.Both("GET", "/view", context => ViewAsync(context, process));
    }

    private static async Task UploadMaskAsync(HttpContext context, SimProcess process)
    {
        var form = await context.Request.ReadFormAsync();
        if (!form.ContainsKey("original_ref"))
        {
            throw new InvalidOperationException("original_ref");
        }

        await StoreAsync(context, process, form);
    }

    private static async Task UploadAsync(HttpContext context, SimProcess process)
    {
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, new FormOptions { MultipartBodyLengthLimit = long.MaxValue }));
        if (!context.Request.HasFormContentType)
        {
            context.Response.StatusCode = 400;
            return;
        }

        await StoreAsync(context, process, await context.Request.ReadFormAsync());
    }

    private static async Task StoreAsync(HttpContext context, SimProcess process, IFormCollection form)
    {
        if (form.Files.GetFile("image") is not { } file)
        {
            // A field that is no file has no name to ask for.
            context.Response.StatusCode = form.ContainsKey("image") ? throw new InvalidOperationException("image") : 400;
            return;
        }

        var type = form.TryGetValue("type", out var given) ? (string?)given : "input";
        var root = process.Machine.Folders.OfType(type) ?? throw new InvalidOperationException(type);
        var subfolder = (string?)form["subfolder"] ?? "";
        var folder = Path.GetFullPath(Path.Combine(root, subfolder));
        var name = file.FileName.TrimStart('/', '\\');
        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (name.Length == 0 || !SimFolders.IsInside(root, folder) || !SimFolders.IsInside(root, path))
        {
            context.Response.StatusCode = 400;
            return;
        }

        Directory.CreateDirectory(folder);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        var overwrite = (string?)form["overwrite"] is "true" or "1";
        for (var i = 1; !overwrite && File.Exists(path)
            && !(await File.ReadAllBytesAsync(path)).AsSpan().SequenceEqual(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)); i++)
        {
            path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)} ({i}){Path.GetExtension(name)}");
        }

        process.Machine.Folders.Write(path, bytes.ToArray());
        await context.JsonAsync(new PyDict { ["name"] = Path.GetFileName(path), ["subfolder"] = subfolder, ["type"] = type });
    }

    private static async Task ViewAsync(HttpContext context, SimProcess process)
    {
        var query = context.Request.Query;
        if (Locate(process.Machine.Folders, query, out var status) is not { } path)
        {
            context.Response.StatusCode = status;
            return;
        }

        var name = Path.GetFileName(path);
        context.Response.Headers.ContentDisposition = $"filename=\"{name}\"";
        if (query["preview"] is [{ Length: > 0 } preview, ..] || query["channel"] is ["rgb" or "a", ..])
        {
            await TranscodeAsync(context, path, query["preview"], query["channel"]);
            return;
        }

        var info = new FileInfo(path);
        var tag = new EntityTagHeaderValue($"\"{info.LastWriteTimeUtc.Ticks:x}-{info.Length:x}\"");
        await Results.File(path, ContentTypeOf(name), null, info.LastWriteTimeUtc, tag, enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static string? Locate(SimFolders folders, IQueryCollection query, out int status)
    {
        status = 404;
        if (query["filename"] is not [{ } given, ..])
        {
            return null;
        }

        var (name, directory) = folders.Annotated(given);
        directory ??= folders.OfType(query["type"] is [{ } type, ..] ? type : "output");
        status = 400;
        if (name.Length == 0 || name[0] == '/' || name.Contains("..", StringComparison.Ordinal) || directory is null)
        {
            return null;
        }

        var folder = Path.GetFullPath(Path.Combine(directory, (string?)query["subfolder"] ?? ""));
        status = 403;
        if (!SimFolders.IsInside(directory, folder))
        {
            return null;
        }

        status = 404;
        var path = Path.Combine(folder, Path.GetFileName(name));
        return File.Exists(path) ? path : null;
    }

    private static async Task TranscodeAsync(HttpContext context, string path, string? preview, string? channel)
    {
        using var bitmap = SKBitmap.Decode(path);
        if (channel == "a")
        {
            for (var y = 0; y < bitmap.Height; y++)
            {
                for (var x = 0; x < bitmap.Width; x++)
                {
                    bitmap.SetPixel(x, y, new SKColor(0, 0, 0, bitmap.GetPixel(x, y).Alpha));
                }
            }
        }

        var parts = (preview ?? "").Split(';');
        var quality = parts.Length > 1 && int.TryParse(parts[^1], out var q) ? q : 90;
        var (format, type) = parts[0] switch
        {
            "jpeg" => (SKEncodedImageFormat.Jpeg, "image/jpeg"),
            "" => (SKEncodedImageFormat.Png, "image/png"),
            _ => (SKEncodedImageFormat.Webp, "image/webp"),
        };
        using var data = bitmap.Encode(format, quality);
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(data.ToArray());
    }

    // Pages and scripts are never served as such. SVG is, as in ComfyUI.
    private static string ContentTypeOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".gif" => "image/gif",
        ".svg" => "image/svg+xml",
        ".mp4" => "video/mp4",
        ".webm" => "video/webm",
        ".flac" => "audio/flac",
        ".mp3" => "audio/mpeg",
        ".wav" => "audio/x-wav",
        ".txt" => "text/plain",
        ".json" => "application/json",
        ".glb" => "model/gltf-binary",
        _ => "application/octet-stream",
    };
}
