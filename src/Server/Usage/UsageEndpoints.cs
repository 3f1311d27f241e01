using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Usage.UsageEndpoints>;

namespace ComfyFunc.Server.Usage;

/// <summary>The endpoint that says what clients took.</summary>
public sealed class UsageEndpoints(UsageStore usage, TimeProvider clock) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetUsage", "GET", At.Usage, Role.Run, RouteGroup.Service, "What clients took, by workflow and version.",
            (e, r, ct) => e.GetAsync(r, ct))
        {
            Query = [
                QueryParameters.Text("from", Schemas.Text("The first day in UTC.", "date")),
                QueryParameters.Text("to", Schemas.Text("The last day.", "date")),
                QueryParameters.Text("client", "Administrators: of this one."),
            ],
            Answers = [new(200, "The sums.", Shape.Of<UsageView>())],
            Problems = [400],
        },
    ];

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
            new UsageView
            {
                From = from,
                To = to,
                Usage = [
                    .. rows.Select(r => new UsageSum
                    {
                        Client = r.Client,
                        Workflow = r.Workflow,
                        Version = r.Version,
                        Runs = r.Runs,
                        Succeeded = r.Succeeded,
                        GpuSeconds = r.GpuSeconds,
                        OutputBytes = r.OutputBytes,
                    }),
                ],
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
