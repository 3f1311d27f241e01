using System.Text.Json;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Webhooks;

/// <summary>Publishes what is in the outbox for Event Grid, where a topic is configured.</summary>
public sealed class EventGridPublisher(EventGridTopic? topic)
{
    /// <summary>Stands in deliveries where others have the id of a webhook; no webhook can be called so.</summary>
    public const string Receiver = "(event grid)";

    public bool IsConfigured => topic is not null;

    public async Task<PostReply> PublishAsync(Delivery delivery, RunRecord run, CancellationToken cancellationToken)
    {
        if (topic is null)
        {
            return new PostReply.Unanswered("No topic is configured any more.");
        }

        using var body = JsonDocument.Parse(delivery.Body);
        return await topic.PublishAsync(
            delivery.Id, delivery.Event, $"workflows/{run.Workflow}/runs/{run.Id}", body.RootElement.GetProperty("timestamp")
                .GetDateTimeOffset(),
            BinaryData.FromString(body.RootElement.GetProperty("data").GetRawText()), cancellationToken);
    }
}
