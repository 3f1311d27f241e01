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
        var given = Begin(message);
        using var wait = given.Call?.Waiting();
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw Unserved(given, "Storage did not answer.", e);
        }

        End(message, given);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var given = Begin(message);
        using var wait = given.Call?.Waiting();
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransport(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throw Unserved(given, "Storage did not answer.", e);
        }

        End(message, given);
    }

    private Patience.Given Begin(HttpMessage message)
    {
        if (!message.CancellationToken.IsCancellationRequested)
        {
            if (outage.Now is { } why)
            {
                throw outage.Refused("Storage did not answer a moment ago.", why);
            }

            if (CallPatience.Current?.Left <= TimeSpan.Zero)
            {
                throw outage.Refused("Storage answers too slowly: the call has waited for it long enough.");
            }
        }

        return patience.Begin(message);
    }

    // Who had less time than others have cannot tell.
    private StorageUnavailableException Unserved(Patience.Given given, string what, Exception? why = null) =>
        given.Whole < patience.Answer ? outage.Refused(what, why) : outage.Began(what, given.At, why);

    private void End(HttpMessage message, Patience.Given given)
    {
        var response = message.HasResponse ? message.Response : null;
        var refusal = response is null ? null : RefusalIn(response);
        if (response is not null && WhyUnserved(response, refusal) is { } why)
        {
            throw Unserved(given, why);
        }

        outage.Ended(); // It has answered, whatever it said.
        switch (response)
        {
            case { Status: 507 }:
                meter.Fault();
                throw new StorageFullException($"Storage answered 507 {response.ReasonPhrase}.");
            case not null when refusal is not null:
                meter.Fault();
                throw new StorageRefusedException(response.Status, refusal);
            case { ContentStream: { CanTimeout: true } body }:
                // What was left when the answer came says nothing of how long its parts may take.
                body.ReadTimeout = (int)patience.Answer.TotalMilliseconds;
                break;
        }
    }

    private static string? WhyUnserved(Response response, string? refusal) =>
        response.Status is 408 or 429 or 500 or 502 or 503 or 504 ? $"Storage answered {response.Status} {response.ReasonPhrase}."
        : response.Status != 507 && refusal is null && ForeignAnswer.Fault(response) is { } fault
        ? $"An answer came that is {fault}: {response.Status} {response.Headers.ContentType}." : null;

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
