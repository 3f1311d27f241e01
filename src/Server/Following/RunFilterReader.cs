using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>Reads from a query which runs a listing is to show.</summary>
internal static class RunFilterReader
{
    private const string MetadataPrefix = "metadata.";

    private static IEnumerable<string> StatusNames => Enum.GetValues<RunStatus>().Select(RunResource.NameOf);

    public static QueryParameter WorkflowQuery { get; } = QueryParameters.Text("workflow");

    public static QueryParameter ClientQuery { get; } = QueryParameters.Text("client", "Administrators: of this one.");

    /// <summary>The query parameters that <see cref="Read"/> reads.</summary>
    public static ImmutableArray<QueryParameter> Query { get; } =
    [
        WorkflowQuery,
        QueryParameters.Text("status", $"{string.Join(", ", StatusNames)}, or several of them with commas between."),
        QueryParameters.Text("batch"),
        QueryParameters.Text("host", "Those whose last attempt was on this host."),
        ClientQuery,
        QueryParameters.Text("createdAfter", "A time by RFC 3339, or a day: calls that came then or later."),
        QueryParameters.Text("createdBefore", "A time by RFC 3339, or a day: calls that came earlier."),
        new(MetadataPrefix, Schemas.Text(), MayRepeat: true),
    ];

    public static (RunFilter Filter, ImmutableArray<Fault> Faults) Read(HttpRequest request)
    {
        var query = request.Query;
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var filter = new RunFilter(query["workflow"].FirstOrDefault(), ClientOf(request, faults), query["batch"].FirstOrDefault(),
            query["host"].FirstOrDefault())
        {
            Statuses = StatusesOf(query["status"].FirstOrDefault(), faults),
            CreatedFrom = TimeParameter.Read(query, "createdAfter", faults),
            CreatedBefore = TimeParameter.Read(query, "createdBefore", faults),
            Metadata = [
                .. from member in query
                   where member.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase)
                   from value in member.Value
                   select KeyValuePair.Create(member.Key[MetadataPrefix.Length..], value),
            ],
        };
        return (filter, faults.ToImmutable());
    }

    /// <summary>Whose runs or batches are listed: administrators choose, others have their own.</summary>
    /// <returns><see langword="null"/> for everybody's.</returns>
    public static string? ClientOf(HttpRequest request, ImmutableArray<Fault>.Builder faults)
    {
        var wanted = request.Query["client"].FirstOrDefault();
        if (request.Caller() is { Role: Role.Admin })
        {
            return wanted;
        }

        var own = request.Caller().Client;
        if (wanted is not null && wanted != own)
        {
            faults.Insert(0, new(FaultCode.Forbidden, "Only administrators see what other clients have.", "/client"));
        }

        return own;
    }

    private static ImmutableArray<RunStatus> StatusesOf(string? text, ImmutableArray<Fault>.Builder faults) =>
        [.. (text?.Split(',') ?? []).Select(name => StatusOf(name, faults)).OfType<RunStatus>().Distinct()];

    private static RunStatus? StatusOf(string name, ImmutableArray<Fault>.Builder faults)
    {
        if (Enum.GetNames<RunStatus>().Contains(name, StringComparer.OrdinalIgnoreCase)
            && Enum.TryParse<RunStatus>(name, ignoreCase: true, out var status))
        {
            return status;
        }

        faults.Add(new(FaultCode.InvalidRequest,
            $"status is one of {string.Join(", ", StatusNames)}, or several with commas between, not '{name}'."
                + Suggestion.Nearest(name, StatusNames), "/status"));
        return null;
    }
}
