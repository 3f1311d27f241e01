using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>What listings have in common: <c>?limit</c> and <c>?continuation</c>.</summary>
internal static class Paging
{
    /// <summary>What is said of a listing's member.</summary>
    public const string ContinuationIs = "Asks for the next page; none after the last.";

    private const int UsualSize = 50;
    private const int LargestSize = 200;

    public static QueryParameter Limit { get; } = QueryParameters.Whole("limit", 1, LargestSize);

    public static ImmutableArray<QueryParameter> Query { get; } = [Limit, Continuation(DocumentPage.Gives)];

    /// <summary>Of listings that also go on behind an id: of a run or a batch.</summary>
    public static ImmutableArray<QueryParameter> QueryOfRuns { get; } =
        [Limit, Continuation(text => DocumentPage.Gives(text) || RunId.TryParse(text, out _))];

    // It has been checked.
    public static int SizeOf(HttpRequest request) =>
        request.Query["limit"].FirstOrDefault() is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : UsualSize;

    public static string? ContinuationOf(HttpRequest request) => request.Query["continuation"] is [{ Length: > 0 } text, ..] ? text : null;

    private static QueryParameter Continuation(Func<string, bool> isOne) => new("continuation",
        Schemas.Text("What the page before ended with."),
        text => text.Length == 0 || isOne(text) ? null : "The continuation is none that a listing gave.");
}
