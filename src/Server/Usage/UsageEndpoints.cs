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
                Day("from", "The first day in UTC; that of the month of the last one unless told."),
                Day("to", "The last day; today unless told."),
                ClientFilter.Query,
            ],
            Answers = [new(200, "The sums.", Shape.Of<UsageView>())],
            Problems = [400],
        },
    ];

    private const string Format = "yyyy-MM-dd";

    /// <summary>GET /api/usage?from=2026-11-01&amp;to=2026-11-30: by client, workflow and version; of this month unless told.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (ClientFilter.Refusal(request) is { } refusal)
        {
            return Problems.From(refusal);
        }

        var to = DayOf(request, "to") ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var from = DayOf(request, "from") ?? new DateOnly(to.Year, to.Month, 1);
        if (from > to)
        {
            return Problems.From(FaultCode.InvalidRequest, "from is no later than to.", "/from");
        }

        var rows = await usage.SumAsync(UtcDay.Of(from), UtcDay.Of(to), ClientFilter.Of(request), cancellationToken);
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

    private static QueryParameter Day(string name, string description) => new(name, Schemas.Text(description, "date"),
        text => DayIn(text) is null ? $"{name} is a day in UTC, such as 2026-11-30, not '{text}'." : null);

    private static DateOnly? DayOf(HttpRequest request, string name) =>
        request.Query[name].FirstOrDefault() is { } text ? DayIn(text) : null; // It has been checked.

    private static DateOnly? DayIn(string text) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
