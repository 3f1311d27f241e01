using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>Reads from a query which runs a listing is to show.</summary>
internal static class RunFilterReader
{
    private const string MetadataPrefix = "metadata.";

    private static IEnumerable<string> StatusNames => Enum.GetValues<RunStatus>().Select(RunResource.NameOf);

    public static QueryParameter WorkflowQuery { get; } = QueryParameters.Text("workflow");

    /// <summary>The query parameters that <see cref="Read"/> reads.</summary>
    public static ImmutableArray<QueryParameter> Query { get; } =
    [
        WorkflowQuery,
        new("status", Schemas.Text($"{string.Join(", ", StatusNames)}, or several of them with commas between."), StatusObjection),
        QueryParameters.Text("batch"),
        QueryParameters.Text("host", "Those whose last attempt was on this host."),
        ClientFilter.Query,
        TimeParameter.Of("createdAfter", "A time by RFC 3339, or a day: calls that came then or later."),
        TimeParameter.Of("createdBefore", "A time by RFC 3339, or a day: calls that came earlier."),
        new(MetadataPrefix, Schemas.Text(), MayRepeat: true),
    ];

    public static RunFilter Read(HttpRequest request)
    {
        var query = request.Query;
        return new(query["workflow"].FirstOrDefault(), ClientFilter.Of(request), query["batch"].FirstOrDefault(),
            query["host"].FirstOrDefault())
        {
            Statuses = [.. StatusesIn(query["status"].FirstOrDefault() ?? "").Select(s => s.Status).OfType<RunStatus>().Distinct()],
            CreatedFrom = TimeParameter.Read(query, "createdAfter"),
            CreatedBefore = TimeParameter.Read(query, "createdBefore"),
            Metadata = [
                .. from member in query
                   where member.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase)
                   from value in member.Value
                   select KeyValuePair.Create(member.Key[MetadataPrefix.Length..], value),
            ],
        };
    }

    private static string? StatusObjection(string text)
    {
        string[] wrong = [.. StatusesIn(text).Where(s => s.Status is null).Select(s => s.Name)];
        return wrong.Length == 0 ? null
            : $"status is one of {string.Join(", ", StatusNames)}, or several with commas between, not '{string.Join("', '", wrong)}'."
                + string.Concat(wrong.Select(w => Suggestion.Nearest(w, StatusNames)));
    }

    private static IEnumerable<(string Name, RunStatus? Status)> StatusesIn(string text) => text.Split(',')
        .Select(name => (name, Enum.GetNames<RunStatus>().Contains(name, StringComparer.OrdinalIgnoreCase)
            && Enum.TryParse<RunStatus>(name, ignoreCase: true, out var status) ? status : (RunStatus?)null));
}
