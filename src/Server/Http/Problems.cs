using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>The one place where a fault becomes an HTTP answer: RFC 9457, always application/problem+json.</summary>
public static class Problems
{
    private const string RetrySeconds = "2";
    private const string FullRetrySeconds = "30";

    public static IResult From(params ImmutableArray<Fault> faults) => From(
        faults[0].Code,
        faults.Length == 1 ? faults[0].Detail : $"{faults.Length} things are wrong; errors lists each.",
        faults[0].Code.IsRetryable,
        faults);

    public static IResult From(FaultCode code, string detail, string? pointer = null) => From(new Fault(code, detail, pointer));

    /// <summary>Of a run that failed. Whether the same call may succeed later, it knows better than its code.</summary>
    public static IResult From(RunFault fault) => From(fault.Code, fault.Message, fault.Retryable, []);

    /// <summary>Storage does not serve a request: it does not answer, or has no room for what is to be written.</summary>
    /// <param name="response">Is told when to try again.</param>
    public static IResult OfStorage(HttpResponse response, StorageUnavailableException failure)
    {
        var isFull = failure is StorageFullException;
        response.Headers.RetryAfter = isFull ? FullRetrySeconds : RetrySeconds;
        return From(
            FaultCode.StorageUnavailable,
            isFull ? "Storage is full. Nothing was written." : "Storage does not answer at the moment. Try again in a few seconds.",
            FaultCode.StorageUnavailable.IsRetryable,
            [],
            isFull ? StatusCodes.Status507InsufficientStorage : null);
    }

    private static IResult From(FaultCode code, string detail, bool isRetryable, ImmutableArray<Fault> faults, int? status = null) =>
        Results.Problem(
        type: $"urn:comfyfunc:fault:{code.Name}",
        title: code.Title,
        detail: detail,
        statusCode: status ?? code.Status,
        extensions: new Dictionary<string, object?>
        {
            ["code"] = code.Name,
            ["retryable"] = isRetryable,
            ["traceId"] = TraceIds.Current ?? ActivityTraceId.CreateRandom().ToString(),
            // Of several faults each is told: one without a place is in the whole of what was sent.
            ["errors"] = faults.Where(f => f.Pointer is not null || faults.Length > 1)
                .Select(f => new { pointer = f.Pointer ?? "", detail = f.Detail }).ToArray(),
        });
}
