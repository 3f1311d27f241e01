using System.Globalization;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>What listings have in common: <c>?limit</c> and <c>?continuation</c>.</summary>
public static class Paging
{
    private const int UsualSize = 50;

    // It has been checked.
    public static int SizeOf(HttpRequest request) =>
        request.Query["limit"].FirstOrDefault() is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : UsualSize;

    public static string? ContinuationOf(HttpRequest request) => request.Query["continuation"] is [{ Length: > 0 } text, ..] ? text : null;

    public static IResult BadContinuation() =>
        Problems.From(FaultCode.InvalidRequest, "The continuation is none that a listing gave.", "/continuation");
}
