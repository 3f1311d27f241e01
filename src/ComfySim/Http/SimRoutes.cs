using System.Text.Json;

namespace ComfyFunc.ComfySim.Http;

/// <summary>What a simulation has and a ComfyUI has not: faults on demand and statistics, below <c>/sim</c>.</summary>
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
        app.MapPost("/sim/drop-sockets", (RequestDelegate)(context =>
        {
            process.Hub.DropAll();
            return Task.CompletedTask;
        }));
    }

    /// <summary>Sets the members that the body names; the others stay.</summary>
    private static async Task SetAsync(HttpContext context, SimFaults faults)
    {
        var asked = await context.Request.ReadFromJsonAsync<JsonElement>();
        foreach (var member in asked.EnumerateObject())
        {
            var property = typeof(SimFaults).GetProperties().FirstOrDefault(p => p.SetMethod is { IsPublic: true } && p.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                await context.JsonAsync(new PyDict { ["error"] = $"There is no fault '{member.Name}'." }, 400);
                return;
            }

            property.SetValue(faults, member.Value.Deserialize(property.PropertyType));
        }

        await context.JsonAsync(new PyDict());
    }
}
