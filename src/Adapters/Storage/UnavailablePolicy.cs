using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// The one place where a failure of transport or service becomes a <see cref="StorageUnavailableException"/>. Sits outside the retries.
/// </summary>
internal sealed class UnavailablePolicy : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException("Storage did not answer.", e);
        }

        ThrowIfUnavailable(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException("Storage did not answer.", e);
        }

        ThrowIfUnavailable(message);
    }

    // The retry policy throws an AggregateException of all tries; a try that ran out of time is a cancellation that the caller did not ask
    // for.
    private static bool IsTransport(Exception e) =>
        e is RequestFailedException { Status: 0 } or AggregateException or HttpRequestException or IOException
        or OperationCanceledException;

    private static void ThrowIfUnavailable(HttpMessage message)
    {
        if (message.HasResponse && message.Response.Status is 408 or 429 or 500 or 502 or 503 or 504)
        {
            throw new StorageUnavailableException($"Storage answered {message.Response.Status} {message.Response.ReasonPhrase}.");
        }
    }
}
