using ComfyFunc.Callers;
using ComfyFunc.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc;

/// <summary>The gate and the one outer catch of every endpoint: whatever is thrown becomes a problem that tells the caller enough and the world nothing.</summary>
public sealed partial class Api(Gate gate, ILogger<Api> logger)
{
    public async Task<IResult> AnswerAsync(HttpRequest request, Func<Task<IResult>> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await gate.RefusalAsync(request, cancellationToken) ?? await answer();
        }
        catch (StorageUnavailableException e)
        {
            StorageUnavailable(e);
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
            RequestFailed(e);
            return Problems.From("internal_error", "Something went wrong here. The trace id finds it in the server's log.");
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "Storage did not answer a request.")]
    private partial void StorageUnavailable(Exception exception);

    [LoggerMessage(2002, LogLevel.Error, "A request failed.")]
    private partial void RequestFailed(Exception exception);
}
