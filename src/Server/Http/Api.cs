using ComfyFunc.Callers;
using ComfyFunc.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc;

/// <summary>The gate and the one outer catch of every endpoint: whatever is thrown becomes a problem that tells the caller enough and the world nothing.</summary>
public sealed partial class Api(Gate gate, ProblemLog problems, TimeProvider clock, ILogger<Api> logger)
{
    private readonly RepeatedFailures failures = new(clock);

    public async Task<IResult> AnswerAsync(HttpRequest request, Func<Task<IResult>> answer, CancellationToken cancellationToken)
    {
        var result = await TryAsync(request, answer, cancellationToken);
        problems.Answered(request, result);
        return result;
    }

    private async Task<IResult> TryAsync(HttpRequest request, Func<Task<IResult>> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await gate.RefusalAsync(request, cancellationToken) ?? await answer();
        }
        catch (StorageUnavailableException e)
        {
            if (failures.IsToBeSaid(nameof(StorageUnavailable), out var unsaid))
            {
                StorageUnavailable(e.GetBaseException().Message, unsaid);
            }

            return Problems.From("storage_unavailable", "Storage does not answer at the moment. Try again in a few seconds.");
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problems.From("input_too_large", "The body is larger than the server takes.")
                : Problems.From("invalid_request", "The request is malformed.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            RequestFailed(request.Method, request.Path, TraceIds.Current, e);
            return Problems.From("internal_error", "Something went wrong here. The trace id finds it in the server's log.");
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "Storage did not answer a request: {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageUnavailable(string reason, int unsaid);

    [LoggerMessage(2002, LogLevel.Error, "{Method} {Path} failed, trace {TraceId}.")]
    private partial void RequestFailed(string method, string path, string? traceId, Exception exception);
}
