using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ComfyFunc.Tests.Standalone;

/// <summary>Storage that takes every connection and never answers keeps nobody waiting, and fills no log.</summary>
public sealed class SilentStorageTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silence_is_bounded_and_the_service_goes_on_by_itself_when_it_ends()
    {
        await using var line = StorageLine.To(await azurite.NewStorageAsync());
        using var log = new FakeLoggerProvider();
        await using var app = StandaloneApp.Build(["--urls", "http://127.0.0.1:0"], LocalStorage.Of(line.Storage),
            builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = StandaloneApp.UrlOf(app) };
        Assert.Equal((200, null), await ReadyAsync(http));

        line.Mute();
        log.Collector.Clear();
        var since = Stopwatch.GetTimestamp();
        Assert.Equal((503, "Storage does not answer in time."), await ReadyAsync(http));
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 2.5); // Two, and what a busy machine takes.

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri($"api/workflows/w{i}", UriKind.Relative), Cancellation);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2)),
                (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
            Assert.Contains("storage_unavailable", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 10);
        }));
        var said = log.Collector.GetSnapshot().Where(r => r.Level >= LogLevel.Information).ToArray();
        Assert.NotEmpty(said);
        Assert.InRange(said.Sum(r => r.ToString().Length), 1, 10_000);
        Assert.All(said.GroupBy(r => (r.Category, r.Id)), g => Assert.Single(g));

        line.Unmute();
        Assert.Equal((200, null), await Eventually.SeesAsync(() => ReadyAsync(http), r => r.Status == 200, TimeSpan.FromSeconds(30)));
        using var found = await http.GetAsync(new Uri("api/workflows/w", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, found.StatusCode);
    }

    private static async Task<(int Status, string? Reason)> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("api/ready", UriKind.Relative), Cancellation);
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        return ((int)answer.StatusCode, (string?)JsonNode.Parse(body)!["reason"]);
    }
}
