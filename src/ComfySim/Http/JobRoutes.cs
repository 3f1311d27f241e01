using System.Globalization;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Queueing;

namespace ComfyFunc.ComfySim.Http;

/// <summary>The job pages of newer releases: the queue and the history in one list, and a cancel that is either.</summary>
internal static class JobRoutes
{
    public static void Map(WebApplication app, SimProcess process)
    {
        if (!Releases.IsNew(process.Options))
        {
            return;
        }

        app.MapGet("/api/jobs", (RequestDelegate)(context => ListAsync(context, process)));
        app.MapGet("/api/jobs/{id}", (RequestDelegate)(context => ShowAsync(context, process)));
        app.MapPost("/api/jobs/{id}/cancel", (RequestDelegate)(context => CancelAsync(context, process)));
    }

    private static Task ListAsync(HttpContext context, SimProcess process)
    {
        int? limit = null;
        var offset = 0;
        if (context.Request.Query["limit"] is [{ } l, ..])
        {
            if (!int.TryParse(l, CultureInfo.InvariantCulture, out var asked) || asked <= 0)
            {
                return context.JsonAsync(new PyDict { ["error"] = "limit must be a positive integer" }, 400);
            }

            limit = asked;
        }

        if (context.Request.Query["offset"] is [{ } o, ..] && (!int.TryParse(o, CultureInfo.InvariantCulture, out offset) || offset < 0))
        {
            return context.JsonAsync(new PyDict { ["error"] = "offset must be a non-negative integer" }, 400);
        }

        var all = Jobs.All(process);
        var page = all.Skip(offset).Take(limit ?? int.MaxValue).ToList();
        return context.JsonAsync(new PyDict
        {
            ["jobs"] = new PyList(page),
            ["pagination"] = new PyDict
            {
                ["offset"] = offset,
                ["limit"] = limit,
                ["total"] = all.Count,
                ["has_more"] = offset + page.Count < all.Count
            },
        });
    }

    private static Task ShowAsync(HttpContext context, SimProcess process) => Jobs.Find(process, context.LastSegment()) is { } job
        ? context.JsonAsync(job)
        : context.JsonAsync(new PyDict { ["error"] = "Job not found" }, 404);

    // Neither a neighbour nor what comes next can be hit: the flag is raised while this very prompt holds the worker.
    private static Task CancelAsync(HttpContext context, SimProcess process)
    {
        var id = (string)context.Request.RouteValues["id"]!; // The pattern has it.
        if (Jobs.Find(process, id) is null)
        {
            return context.JsonAsync(new PyDict { ["error"] = "Job not found" }, 404);
        }

        var isCancelled = process.Queue.Delete(id) || process.Queue.IfRunning(id, process.Interrupts.Raise);
        return context.JsonAsync(new PyDict { ["cancelled"] = isCancelled });
    }
}
