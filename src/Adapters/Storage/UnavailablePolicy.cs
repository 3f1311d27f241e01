using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// The one place where a failure of transport or service becomes a <see cref="StorageUnavailableException"/>. Sits outside the retries.
/// </summary>
internal sealed class UnavailablePolicy(Patience patience, Outage outage, StorageMeter meter) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Begin(message);
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw Unanswered(e);
        }

        End(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Begin(message);
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw Unanswered(e);
        }

        End(message);
    }

    private void Begin(HttpMessage message)
    {
        if (outage.Now is { } why && !message.CancellationToken.IsCancellationRequested)
        {
            meter.Fault();
            throw new StorageUnavailableException("Storage did not answer a moment ago.", why);
        }

        patience.Begin(message);
    }

    private StorageUnavailableException Unanswered(Exception e)
    {
        outage.Began(e);
        meter.Fault();
        return new("Storage did not answer.", e);
    }

    private void End(HttpMessage message)
    {
        outage.Ended();
        if (!message.HasResponse)
        {
            return;
        }

        if (message.Response.Status == 507)
        {
            meter.Fault();
            throw new StorageFullException($"Storage answered 507 {message.Response.ReasonPhrase}.");
        }

        if (message.Response.Status is 408 or 429 or 500 or 502 or 503 or 504)
        {
            meter.Fault();
            throw new StorageUnavailableException($"Storage answered {message.Response.Status} {message.Response.ReasonPhrase}.");
        }

        // What was left when the answer came says nothing of how long its parts may take.
        if (message.Response.ContentStream is { CanTimeout: true } body)
        {
            body.ReadTimeout = (int)patience.Answer.TotalMilliseconds;
        }
    }

    // The retry policy throws an AggregateException of all tries; a try that ran out of time is a cancellation that the caller did not ask
    // for.
    private static bool IsTransport(Exception e) =>
        e is RequestFailedException { Status: 0 } or AggregateException or HttpRequestException or IOException
        or OperationCanceledException;
}
