using ComfyFunc.Adapters;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Http;

/// <summary>
/// Writes down every problem that is answered, under the trace id that its caller has. A caller's mistake is no failure of the server.
/// </summary>
public sealed partial class ProblemLog(ILogger<ProblemLog> logger)
{
    public void Answered(HttpRequest request, IResult result)
    {
        if (result is not ProblemHttpResult { ProblemDetails: { } problem })
        {
            return;
        }

        var level = problem.Status >= StatusCodes.Status500InternalServerError ? LogLevel.Warning : LogLevel.Information;
#pragma warning disable CA1873 // Beside an answer, the arguments cost nothing.
        Said(level, problem.Status ?? 0, Text(problem, "code"), request.Method, request.Path, Text(problem, "traceId"));
#pragma warning restore CA1873
    }

    private static string? Text(Microsoft.AspNetCore.Mvc.ProblemDetails problem, string name) =>
        problem.Extensions.TryGetValue(name, out var value) ? value as string : null;

    [LoggerMessage(EventId = EventIds.ProblemAnswered, Message = "Answered {Status} {Code} to {Method} {Path}, trace {TraceId}.")]
    private partial void Said(LogLevel level, int status, string? code, string method, string path, string? traceId);
}
