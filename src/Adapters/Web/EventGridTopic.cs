using System.Globalization;
using Azure;
using Azure.Identity;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace ComfyFunc.Adapters.Web;

/// <summary>An Azure Event Grid topic that takes CloudEvents 1.0. Whoever publishes tries again; this does not.</summary>
public sealed class EventGridTopic
{
    /// <summary>What the events say that they come from.</summary>
    public const string Source = "/comfyfunc";

    private const string TypePrefix = "comfyfunc.";

    private readonly EventGridPublisherClient client;

    /// <param name="key">An access key of the topic; without one the process's identity is used, which needs <em>EventGrid Data
    /// Sender</em>.</param>
    public EventGridTopic(Uri endpoint, string? key)
    {
        var options = new EventGridPublisherClientOptions();
        options.Diagnostics.ApplicationId = Product.UserAgent;
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(15);
        client = string.IsNullOrEmpty(key) ? new(endpoint, new DefaultAzureCredential(), options)
            : new(endpoint, new AzureKeyCredential(key), options);
    }

    /// <param name="id">The same whenever the event is sent again.</param>
    /// <param name="type">Such as <c>run.succeeded</c>; <c>comfyfunc.</c> is put before it.</param>
    public async Task<PostReply> PublishAsync(string id, string type, string subject, DateTimeOffset time, BinaryData json,
        CancellationToken cancellationToken)
    {
        try
        {
            var sent = await client.SendEventAsync(new CloudEvent(Source, TypePrefix + type, json, "application/json",
                CloudEventDataFormat.Json)
            { Id = id, Subject = subject, Time = time }, cancellationToken);
            return new PostReply.Answered(sent.Status);
        }
        catch (RequestFailedException e) when (e.Status > 0)
        {
            return new PostReply.Answered(e.Status, RetryAfterOf(e));
        }
        catch (Exception e)
            when (e is RequestFailedException or AggregateException or AuthenticationFailedException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
        {
            return new PostReply.Unanswered(e is AuthenticationFailedException ? "The process's identity got no token for Event Grid."
                : "Event Grid could not be reached.");
        }
    }

    private static TimeSpan? RetryAfterOf(RequestFailedException e) =>
        e.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var after) is true
        && int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
