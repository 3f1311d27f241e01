using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>The one place where a fault becomes an HTTP answer: RFC 9457, always application/problem+json.</summary>
public static class Problems
{
    public static IResult From(params ImmutableArray<Fault> faults)
    {
        var code = faults[0].Code;
        var listed = faults.Where(f => f.Pointer is not null).Select(f => new { pointer = f.Pointer, detail = f.Detail }).ToArray();
        return Results.Problem(
            type: $"urn:comfyfunc:fault:{code}",
            title: TitleOf(code),
            detail: faults.Length == 1 ? faults[0].Detail : $"{faults.Length} things are wrong; errors lists each.",
            statusCode: StatusOf(code),
            extensions: new Dictionary<string, object?>
            {
                ["code"] = code,
                ["retryable"] = IsRetryable(code),
                ["traceId"] = TraceIds.Current ?? ActivityTraceId.CreateRandom().ToString(),
                ["errors"] = listed,
            });
    }

    public static IResult From(string code, string detail, string? pointer = null) => From(new Fault(code, detail, pointer));

    /// <summary>The HTTP status of a fault code. A code keeps its meaning for ever; docs/faults.md lists them.</summary>
    public static int StatusOf(string code) => code switch
    {
        "invalid_input" or "invalid_request" => StatusCodes.Status400BadRequest,
        "unauthorized" => StatusCodes.Status401Unauthorized,
        "forbidden" => StatusCodes.Status403Forbidden,
        "workflow_not_found" or "not_found" => StatusCodes.Status404NotFound,
        "version_conflict" => StatusCodes.Status412PreconditionFailed,
        "breaking_change" or "conflict" => StatusCodes.Status409Conflict,
        "input_too_large" => StatusCodes.Status413PayloadTooLarge,
        "method_not_allowed" => StatusCodes.Status405MethodNotAllowed,
        "unsupported_media_type" => StatusCodes.Status415UnsupportedMediaType,
        "misdirected_request" => StatusCodes.Status421MisdirectedRequest,
        "invalid_workflow" or "idempotency_key_reuse" or "input_unreachable" or "input_blocked" or "output_not_convertible" =>
            StatusCodes.Status422UnprocessableEntity,
        "rate_limited" => StatusCodes.Status429TooManyRequests,
        "no_capable_host" or "queue_full" or "storage_unavailable" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static bool IsRetryable(string code) =>
        code is "no_capable_host" or "queue_full" or "storage_unavailable" or "rate_limited" or "input_unreachable";

    private static string TitleOf(string code) => code switch
    {
        "invalid_input" => "The call's input does not fit the workflow.",
        "invalid_request" => "The request cannot be read.",
        "invalid_workflow" => "The workflow cannot be served.",
        "workflow_not_found" => "There is no such workflow.",
        "not_found" => "There is nothing here.",
        "method_not_allowed" => "That cannot be done here.",
        "unsupported_media_type" => "The body is of a kind that is not read here.",
        "misdirected_request" => "The request was for another server.",
        "version_conflict" => "The workflow has changed meanwhile.",
        "input_too_large" => "The input is too large.",
        "rate_limited" => "The client has had its share.",
        "unauthorized" => "The caller is not known.",
        "forbidden" => "The caller may not do this.",
        "output_not_convertible" => "The output cannot be had that way.",
        "idempotency_key_reuse" => "The key belongs to another call.",
        "queue_full" => "Too many runs wait.",
        "no_capable_host" => "No host of the pool can run this.",
        "storage_unavailable" => "Storage does not answer.",
        _ => code,
    };
}
