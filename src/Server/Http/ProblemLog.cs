using ComfyFunc.Adapters;
using ComfyFunc.Engine;
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

        var code = Text(problem, "code");
#pragma warning disable CA1873 // Beside an answer, the arguments cost nothing.
        Said(LevelOf(problem.Status, code), problem.Status ?? 0, code, request.Method, request.WrittenPath(), Text(problem, "traceId"));
#pragma warning restore CA1873
    }

    // That storage is away is said once a minute; whom it met, only to who looks closely.
    private static LogLevel LevelOf(int? status, string? code) => code == FaultCode.StorageUnavailable.Name ? LogLevel.Debug
        : status >= StatusCodes.Status500InternalServerError ? LogLevel.Warning : LogLevel.Information;

    private static string? Text(Microsoft.AspNetCore.Mvc.ProblemDetails problem, string name) =>
        problem.Extensions.TryGetValue(name, out var value) ? value as string : null;

    [LoggerMessage(EventId = EventIds.ProblemAnswered, Message = "Answered {Status} {Code} to {Method} {Path}, trace {TraceId}.")]
    private partial void Said(LogLevel level, int status, string? code, string method, string path, string? traceId);
}
