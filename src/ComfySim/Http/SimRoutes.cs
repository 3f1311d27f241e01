using System.Text.Json;

namespace ComfyFunc.ComfySim.Http;

/// <summary>
/// What a simulation has and a ComfyUI has not: faults on demand, statistics, and changes under a running host, below <c>/sim</c>.
/// </summary>
internal static class SimRoutes
{
    public static void Map(WebApplication app, SimProcess process)
    {
        app.MapPost("/sim/faults", (RequestDelegate)(context => SetAsync(context, process.Machine.Faults)));
        app.MapDelete("/sim/faults", (RequestDelegate)(context =>
        {
            process.Machine.Faults.Clear();
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        }));
        app.MapGet("/sim/stats", (RequestDelegate)(context => context.JsonAsync(process.Machine.Statistics.Snapshot().ToWire())));
        app.MapPost("/sim/crash", (RequestDelegate)(context =>
        {
            process.Machine.Faults.Crash();
            return Task.CompletedTask;
        }));
        app.MapPut("/sim/object-info", (RequestDelegate)(context => DescribeAsync(context, process, isWhole: true)));
        app.MapPost("/sim/object-info", (RequestDelegate)(context => DescribeAsync(context, process, isWhole: false)));
        app.MapPost("/sim/lack",
            (RequestDelegate)(async context => process.Machine.Catalog.Lack(await context.Request.ReadFromJsonAsync<string[]>() ?? [])));
        app.MapPut("/sim/models/{folder}/{**file}", (RequestDelegate)(context => ChangeModel(context, process.Machine.Catalog.Shelf.Add)));
        app.MapDelete("/sim/models/{folder}/{**file}",
            (RequestDelegate)(context => ChangeModel(context, process.Machine.Catalog.Shelf.Remove)));
        app.MapPost("/sim/input/clear", (RequestDelegate)(context =>
        {
            process.Machine.Folders.ClearInput((string?)context.Request.Query["below"] ?? "");
            return Task.CompletedTask;
        }));
        app.MapPost("/sim/drop-sockets", (RequestDelegate)(context =>
        {
            process.Hub.DropAll();
            return Task.CompletedTask;
        }));
    }

    private static async Task DescribeAsync(HttpContext context, SimProcess process, bool isWhole)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        try
        {
            process.Machine.Catalog.Describe(body.ToArray(), isWhole);
        }
        catch (FormatException e)
        {
            await context.JsonAsync(new PyDict { ["error"] = e.Message }, 400);
        }
    }

    private static Task ChangeModel(HttpContext context, Action<string, string> change)
    {
        change((string)context.Request.RouteValues["folder"]!, (string?)context.Request.RouteValues["file"] ?? ""); // The pattern has them.
        return Task.CompletedTask;
    }

    /// <summary>Sets the members that the body names; the others stay.</summary>
    private static async Task SetAsync(HttpContext context, SimFaults faults)
    {
        var asked = await context.Request.ReadFromJsonAsync<JsonElement>();
        foreach (var member in asked.EnumerateObject())
        {
            var property = typeof(SimFaults).GetProperties()
                .FirstOrDefault(p => p.SetMethod is { IsPublic: true } && p.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                await context.JsonAsync(new PyDict { ["error"] = $"There is no fault '{member.Name}'." }, 400);
                return;
            }

            property.SetValue(faults, member.Value.Deserialize(property.PropertyType, JsonSerializerOptions.Web));
        }

        await context.JsonAsync(new PyDict());
    }
}
