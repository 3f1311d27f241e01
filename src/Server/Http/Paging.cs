using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc;

/// <summary>What listings have in common: <c>?limit</c> and <c>?continuation</c>.</summary>
public static class Paging
{
    public static int SizeOf(HttpRequest request, int largest) =>
        int.TryParse(request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Clamp(limit, 1, largest) : Math.Min(50, largest);

    public static string? ContinuationOf(HttpRequest request) => request.Query["continuation"] is [{ Length: > 0 } text, ..] ? text : null;

    public static IResult BadContinuation() => Problems.From("invalid_request", "The continuation is none that a listing gave.", "/continuation");
}
