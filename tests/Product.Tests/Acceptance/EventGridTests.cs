using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>An app that publishes to an Event Grid topic, here a server that takes what Event Grid would.</summary>
[Collection(nameof(AppCollection))]
public class EventGridTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_is_published_once_more_until_the_topic_takes_it()
    {
        await using var topic = await WebhookReceiver.StartAsync(503);
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await AppProcess.StartAsync(azurite,
            new Dictionary<string, string> { ["ComfyFunc__EventGrid__Endpoint"] = topic.Url, ["ComfyFunc__EventGrid__Key"] = "topic-key" });
        await app.Http.AddHostAsync("a", host);
        await app.Http.SaveAsync("published", Prompts.Picture);
        var run = await app.Http.RunAsync("published");
        var received = new[] { await topic.NextAsync(), await topic.NextAsync(), await topic.NextAsync() };
        var events = received.Select(r => JsonNode.Parse(r.Body)!.AsArray()[0]!).ToArray();

        Assert.All(received, r => Assert.Equal("topic-key", r.Headers["aeg-sas-key"]));
        Assert.All(received,
            r => Assert.StartsWith("application/cloudevents-batch+json", r.Headers["content-type"], StringComparison.Ordinal));
        Assert.All(events,
            e => Assert.Equal(("1.0", "/comfyfunc", $"workflows/published/runs/{(string)run["id"]!}", (string)run["id"]!),
                ((string)e["specversion"]!, (string)e["source"]!, (string)e["subject"]!, (string)e["data"]!["id"]!)));
        Assert.Equal(["comfyfunc.run.started", "comfyfunc.run.succeeded"], events.Select(e => (string)e["type"]!).Distinct()
            .Order(StringComparer.Ordinal));
        Assert.Equal(2, events.Select(e => (string)e["id"]!).Distinct().Count());
        using var deliveries = await app.Http.GetAsync(new Uri($"runs/{(string)run["id"]!}/deliveries", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, deliveries.StatusCode);
        Assert.DoesNotContain("topic-key", await deliveries.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }
}
