using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Usage;

/// <summary>The endpoint that says what clients took.</summary>
public sealed class UsageEndpoints(UsageStore usage, TimeProvider clock)
{
    private const string Format = "yyyy-MM-dd";

    /// <summary>
    /// GET /api/usage?from=2026-11-01&amp;to=2026-11-30: by client, workflow and version; of this month unless told. Only administrators
    /// see other clients.
    /// </summary>
    public async Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var from = Day(request, "from", new DateOnly(today.Year, today.Month, 1), faults);
        var to = Day(request, "to", today, faults);
        if (faults.Count > 0)
        {
            return Problems.From(faults.ToImmutable());
        }

        var client = request.Caller() is { Role: not Role.Admin, Client: var own } ? own : request.Query["client"].FirstOrDefault();
        var rows = await usage.SumAsync(UtcDay.Of(from), UtcDay.Of(to), client, cancellationToken);
        return Results.Json(
            new JsonObject
            {
                ["from"] = from.ToString(Format, CultureInfo.InvariantCulture),
                ["to"] = to.ToString(Format, CultureInfo.InvariantCulture),
                ["usage"] = new JsonArray([.. rows.Select(r => new JsonObject
                {
                    ["client"] = r.Client,
                    ["workflow"] = r.Workflow,
                    ["version"] = r.Version,
                    ["runs"] = r.Runs,
                    ["succeeded"] = r.Succeeded,
                    ["gpuSeconds"] = r.GpuSeconds,
                    ["outputBytes"] = r.OutputBytes,
                })]),
            },
            ServerJson.Options);
    }

    private static DateOnly Day(HttpRequest request, string name, DateOnly otherwise, ImmutableArray<Fault>.Builder faults)
    {
        if (request.Query[name].FirstOrDefault() is not { } text)
        {
            return otherwise;
        }

        if (!DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            faults.Add(new(FaultCode.InvalidRequest, $"{name} is a day in UTC, such as 2026-11-30, not '{text}'.", $"/{name}"));
        }

        return day;
    }
}
