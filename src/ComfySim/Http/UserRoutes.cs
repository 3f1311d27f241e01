namespace ComfyFunc.ComfySim.Http;

/// <summary>Users, their settings and their files, as far as a default user has them.</summary>
internal static class UserRoutes
{
    public static void Map(WebApplication app, SimProcess process)
    {
        var folders = process.Machine.Folders;
        app.Both("GET", "/users", context => context.JsonAsync(new PyDict { ["storage"] = "server", ["migrated"] = false }));
        app.Both("GET", "/settings", context => context.JsonAsync(new PyDict()));
        app.Both("GET", "/userdata", context => ListAsync(context, folders));
        app.Both("GET", "/userdata/{file}", context => GetAsync(context, folders));
        app.Both("POST", "/userdata/{file}", context => PutAsync(context, folders));
        app.Both("DELETE", "/userdata/{file}", context => DeleteAsync(context, folders));
    }

    private static Task ListAsync(HttpContext context, SimFolders folders)
    {
        if (context.Request.Query["dir"] is not [{ Length: > 0 } dir, ..])
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        }

        var folder = Path.GetFullPath(Path.Combine(folders.User, dir));
        if (!SimFolders.IsInside(folders.User, folder) || !Directory.Exists(folder))
        {
            return SimFolders.IsInside(folders.User, folder) ? context.TextAsync(404, "Directory not found")
                : context.TextAsync(403, "Invalid directory");
        }

        var depth = context.Request.Query["recurse"] == "true" ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        return context.JsonAsync(
            new PyList(Directory.EnumerateFiles(folder, "*", depth).Select(f => (object?)Path.GetRelativePath(folder, f)).Order()));
    }

    private static async Task GetAsync(HttpContext context, SimFolders folders)
    {
        if (PathOf(context, folders) is { } path && File.Exists(path))
        {
            await context.Response.SendFileAsync(path);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private static async Task PutAsync(HttpContext context, SimFolders folders)
    {
        if (PathOf(context, folders) is not { } path)
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (context.Request.Query["overwrite"] == "false" && File.Exists(path))
        {
            context.Response.StatusCode = 409;
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // It is inside the user's folder.
        await using (var file = File.Create(path))
        {
            await context.Request.Body.CopyToAsync(file);
        }

        await context.JsonAsync(Path.GetRelativePath(folders.User, path));
    }

    private static Task DeleteAsync(HttpContext context, SimFolders folders)
    {
        var path = PathOf(context, folders);
        context.Response.StatusCode = path is not null && File.Exists(path) ? 204 : 404;
        if (context.Response.StatusCode == 204)
        {
            File.Delete(path!);
        }

        return Task.CompletedTask;
    }

    private static string? PathOf(HttpContext context, SimFolders folders)
    {
        var path = Path.GetFullPath(Path.Combine(folders.User, context.LastSegment()));
        return SimFolders.IsInside(folders.User, path) ? path : null;
    }
}
