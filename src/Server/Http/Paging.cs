using System.Collections.Immutable;
using System.Globalization;
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

    public static ImmutableArray<QueryParameter> Query { get; } =
    [
        Limit,
        QueryParameters.Text("continuation", "What the page before ended with."),
    ];

    // It has been checked.
    public static int SizeOf(HttpRequest request) =>
        request.Query["limit"].FirstOrDefault() is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : UsualSize;

    public static string? ContinuationOf(HttpRequest request) => request.Query["continuation"] is [{ Length: > 0 } text, ..] ? text : null;

    public static IResult BadContinuation() =>
        Problems.From(FaultCode.InvalidRequest, "The continuation is none that a listing gave.", "/continuation");
}
