using ComfyFunc.ComfySim.Nodes;

namespace ComfyFunc.ComfySim.Http;

/// <summary>What the server says of itself: nodes, models, memory, features.</summary>
internal static class InfoRoutes
{
    private const double GiB = 1L << 30;

    public static void Map(WebApplication app, SimProcess process)
    {
        var catalog = process.Machine.Catalog;
        app.Both("GET", "/object_info", context => context.JsonAsync(catalog.Page()));
        app.Both("GET", "/object_info/{name}", context => context.JsonAsync(catalog.Page(context.LastSegment())));
        app.Both("GET", "/system_stats", context => context.JsonAsync(StatsOf(process)));
        app.Both("GET", "/features", context => context.JsonAsync(Features(process.Options)));
        app.Both("GET", "/models", context => context.JsonAsync(new PyList(ModelShelf.Folders)));
        app.Both("GET", "/models/{folder}", context => ModelsAsync(context, catalog.Shelf));
        app.Both("GET", "/embeddings",
            context => context.JsonAsync(
                new PyList(catalog.Shelf.Files("embeddings").Select(f => (object?)Path.GetFileNameWithoutExtension(f)))));
        if (Releases.IsNew(process.Options))
        {
            app.Both("GET", "/node_replacements", context => context.JsonAsync(NodeReplacements.All));
        }

        app.Both("GET", "/extensions", context => context.JsonAsync(new PyList()));
    }

    public static PyDict Features(SimOptions options)
    {
        var features = new PyDict
        {
            ["supports_preview_metadata"] = true,
            // An int, or a float when it was given.
            ["max_upload_size"] = options.MaxUploadSize is null ? (long)options.MaxUploadBytes : (object)options.MaxUploadBytes,
        };
        if (Releases.IsNew(options))
        {
            (features["node_replacements"], features["assets"]) = (true, false);
        }

        return features;
    }

    private static Task ModelsAsync(HttpContext context, ModelShelf shelf)
    {
        var folder = (string)context.Request.RouteValues["folder"]!; // The pattern has it.
        if (ModelShelf.Folders.Contains(folder))
        {
            return context.JsonAsync(new PyList(shelf.Files(folder)));
        }

        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private static PyDict StatsOf(SimProcess process)
    {
        var total = (long)(process.Memory.TotalGb * GiB);
        var free = (long)(Math.Max(0, process.Memory.TotalGb - process.Memory.UsedGb) * GiB);
        return new()
        {
            ["system"] = new PyDict
            {
                ["os"] = "posix",
                ["ram_total"] = 64L << 30,
                ["ram_free"] = 48L << 30,
                ["comfyui_version"] = process.Options.ComfyVersion,
                ["required_frontend_version"] = "1.27.10",
                ["installed_templates_version"] = "0.1.94",
                ["required_templates_version"] = "0.1.94",
                ["python_version"] = "3.13.0 (simulated)",
                ["pytorch_version"] = "2.8.0",
                ["embedded_python"] = false,
                ["argv"] = new PyList { "main.py" },
            },
            ["devices"] = new PyList
            {
                new PyDict { ["name"] = $"cuda:0 Simulated {process.Options.Name}", ["type"] = "cuda", ["index"] = 0,
                    ["vram_total"] = total, ["vram_free"] = free, ["torch_vram_total"] = total - free, ["torch_vram_free"] = 0 },
            },
        };
    }
}
