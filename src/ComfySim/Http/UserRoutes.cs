using ComfyFunc.ComfySim.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace ComfyFunc.ComfySim.Http;

/// <summary>Users, their settings and their files, as far as a default user has them (app/user_manager.py).</summary>
internal static class UserRoutes
{
    private const string BadName = "Invalid filename. Please avoid special characters like :\\/*?\"<>|";

    public static void Map(WebApplication app, SimProcess process)
    {
        var root = process.Machine.Folders.User;
        var isNew = Releases.IsNew(process.Options);
        var files = new UserFiles(root, isNew);
        app.Both("GET", "/users", context => context.JsonAsync(new PyDict { ["storage"] = "server", ["migrated"] = false }));
        app.Both("GET", "/settings", context => context.JsonAsync(new PyDict()));
        app.Both("GET", "/userdata", context => ListAsync(context, files));
        app.Both("GET", "/v2/userdata", context => TreeAsync(context, files));
        app.Both("GET", "/userdata/{file}", context => GetAsync(context, files, isNew));
        app.Both("POST", "/userdata/{file}", context => PutAsync(context, files, process.Machine.Folders));
        app.Both("DELETE", "/userdata/{file}", context => DeleteAsync(context, files));
        app.Both("POST", "/userdata/{file}/move/{dest}", context => MoveAsync(context, files, isNew));
    }

    private static Task ListAsync(HttpContext context, UserFiles files)
    {
        if (context.Request.Query["dir"] is not [{ Length: > 0 } dir, ..])
        {
            return context.TextAsync(400, "Directory not provided");
        }

        if (files.PathOf(dir) is not { } folder)
        {
            return context.TextAsync(403, "Invalid directory");
        }

        if (!Path.Exists(folder))
        {
            return context.TextAsync(404, "Directory not found");
        }

        return context.JsonAsync(new PyList(
            Visible(folder, IsTrue(context, "recurse")).Order(StringComparer.Ordinal).Select(f => Listed(context, files, f, folder))));
    }

    private static object Listed(HttpContext context, UserFiles files, string path, string folder)
    {
        var name = UserFiles.Relative(path, folder);
        return IsTrue(context, "full_info") ? files.Info(path, folder)
            : IsTrue(context, "split") ? new PyList([name, .. name.Split('/')])
            : name;
    }

    // A pattern of glob passes over what begins with a dot, folders too.
    private static IEnumerable<string> Visible(string folder, bool recurse) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder, "*", recurse ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            .Where(f => UserFiles.Relative(f, folder).Split('/').All(part => !part.StartsWith('.')));

    private static Task TreeAsync(HttpContext context, UserFiles files)
    {
        var asked = Uri.UnescapeDataString(context.Request.Query["path"].ToString());
        return files.PathOf(asked, makesFolder: false) is not { } folder ? context.TextAsync(400, "Invalid path requested")
            : Directory.Exists(folder) ? context.JsonAsync(files.Tree(folder))
            : File.Exists(folder) ? context.TextAsync(400, "Requested path is not a directory")
            : context.TextAsync(404, "Requested path not found");
    }

    private static async Task GetAsync(HttpContext context, UserFiles files, bool isNew)
    {
        if (Existing(context, files) is not { } path)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (isNew)
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.ContentDisposition = "attachment";
        }

        var isJson = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        await Results.File(path, isJson ? "application/json" : "application/octet-stream", lastModified: File.GetLastWriteTimeUtc(path))
            .ExecuteAsync(context);
    }

    private static async Task PutAsync(HttpContext context, UserFiles files, SimFolders folders)
    {
        if (files.PathOf(context.LastSegment()) is not { } path)
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (IsRefused(context, path))
        {
            await context.TextAsync(409, "File already exists");
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        try
        {
            folders.Write(path, body.ToArray());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Response.StatusCode = 400;
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = BadName;
            return;
        }

        await context.JsonAsync(files.Shown(path, IsTrue(context, "full_info")));
    }

    private static Task DeleteAsync(HttpContext context, UserFiles files)
    {
        if (Existing(context, files) is { } path)
        {
            // A folder is none of its files: ComfyUI stumbles.
            File.Delete(Directory.Exists(path) ? throw new InvalidOperationException(path) : path);
            context.Response.StatusCode = 204;
        }

        return Task.CompletedTask;
    }

    private static async Task MoveAsync(HttpContext context, UserFiles files, bool isNew)
    {
        if (Existing(context, files, fromEnd: 3) is not { } source)
        {
            return;
        }

        if (files.PathOf(context.LastSegment()) is not { } target)
        {
            // 0.3.64 looks at the wrong one of its two answers, and stumbles.
            context.Response.StatusCode = isNew ? 403 : throw new InvalidOperationException("dest");
            return;
        }

        if (IsRefused(context, target))
        {
            await context.TextAsync(409, "File already exists");
            return;
        }

        if (Directory.Exists(source))
        {
            Directory.Move(source, target);
            await context.JsonAsync(files.Shown(target, isFull: false));
            return;
        }

        File.Move(source, Directory.Exists(target) ? Path.Combine(target, Path.GetFileName(source)) : target, overwrite: true);
        await context.JsonAsync(files.Shown(target, IsTrue(context, "full_info")));
    }

    private static string? Existing(HttpContext context, UserFiles files, int fromEnd = 1)
    {
        var path = files.PathOf(context.Segment(fromEnd));
        context.Response.StatusCode = path is null ? 403 : Path.Exists(path) ? 200 : 404;
        return context.Response.StatusCode == 200 ? path : null;
    }

    private static bool IsRefused(HttpContext context, string path) => context.Request.Query["overwrite"] == "false" && Path.Exists(path);

    private static bool IsTrue(HttpContext context, string name) =>
        context.Request.Query[name].ToString().Equals("true", StringComparison.OrdinalIgnoreCase);
}
