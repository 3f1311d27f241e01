using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// The one place where a failure of transport or service becomes a <see cref="StorageUnavailableException"/>. Sits outside the retries.
/// </summary>
internal sealed class UnavailablePolicy(Patience patience, Outage outage, StorageMeter meter) : HttpPipelinePolicy
{
    // https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes and blob-service-error-codes
    private static readonly string[] Gone =
        ["TableNotFound", "TableBeingDeleted", "ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"];

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

        if (RefusalIn(message.Response) is { } code)
        {
            meter.Fault();
            throw new StorageRefusedException(message.Response.Status, code);
        }

        // What was left when the answer came says nothing of how long its parts may take.
        if (message.Response.ContentStream is { CanTimeout: true } body)
        {
            body.ReadTimeout = (int)patience.Answer.TotalMilliseconds;
        }
    }

    // That a row or a blob is not there is an answer; that their place is not, none. Tables name the code in the body alone.
    private static string? RefusalIn(Response response)
    {
        var code = response.Headers.TryGetValue("x-ms-error-code", out var named) ? named : "";
        return response.Status switch
        {
            401 or 403 => code,
            404 or 409 when code.Length > 0 => Gone.FirstOrDefault(c => c == code),
            404 or 409 when response.ContentStream is MemoryStream body => GoneIn(Encoding.UTF8.GetString(body.ToArray())),
            _ => null,
        };
    }

    private static string? GoneIn(string body) => Gone.FirstOrDefault(c => body.Contains($"\"{c}\"", StringComparison.Ordinal));

    // The retry policy throws an AggregateException of all tries; a try that ran out of time is a cancellation that the caller did not ask
    // for.
    private static bool IsTransport(Exception e) =>
        e is RequestFailedException { Status: 0 } or AggregateException or HttpRequestException or IOException
        or OperationCanceledException or AuthenticationFailedException;
}
