using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ComfyFunc.Tests.Standalone;

/// <summary>No endpoint keeps a caller waiting for storage that does not answer.</summary>
public sealed partial class SilentRoutesTests(AzuriteFixture azurite)
{
    // What they say is no more than this process knows, or what their callers sent.
    private static readonly string[] WithoutStorage = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_that_asks_storage_says_within_ten_seconds_that_it_does_not_answer()
    {
        await using var line = StorageLine.To(await azurite.NewStorageAsync());
        using var log = new FakeLoggerProvider();
        await using var app = StandaloneApp.Build(["--urls", "http://127.0.0.1:0", "--ComfyFunc:Links", "Proxy"],
            LocalStorage.Of(line.Storage), builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.StartAsync(Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = StandaloneApp.UrlOf(app) };
        line.Mute();
        log.Collector.Clear();

        // Fifty at once wait no longer than one does.
        var answers = await Task.WhenAll(Enumerable.Repeat(RouteTable.All, 3).SelectMany(r => r).Select(r => AskAsync(http, r)));
        Assert.Equal([.. WithoutStorage.Order(StringComparer.Ordinal)],
            answers.Where(a => !a.IsRefusal).Select(a => $"{a.Route} {a.Status}").Distinct().Order(StringComparer.Ordinal));
        Assert.All(answers, a => Assert.InRange(a.Took.TotalSeconds, 0, 10));
        var said = log.Collector.GetSnapshot().Where(r => r.Level >= LogLevel.Warning).ToArray();
        Assert.All(said.GroupBy(r => (r.Category, r.Id)), g => Assert.Single(g));
    }

    private static async Task<(string Route, int Status, bool IsRefusal, TimeSpan Took)> AskAsync(HttpClient http, ApiRoute route)
    {
        var path = InBraces.Replace(route.Pattern, "example");
        using var request = new HttpRequestMessage(new HttpMethod(route.Verb), new Uri(path, UriKind.Relative))
        {
            Content = route.BodyKind switch
            {
                BodyKind.None => null,
                BodyKind.Bytes => new ByteArrayContent(new byte[10]),
                _ => new StringContent((route.Body!.Example?.Invoke(new JsonObject { ["workflow"] = "example" }) ?? new JsonObject())
                    .ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            },
        };
        var since = Stopwatch.GetTimestamp();
        using var answer = await http.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return (route.Name, (int)answer.StatusCode,
            answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null
                && text.Contains("storage_unavailable", StringComparison.Ordinal),
            Stopwatch.GetElapsedTime(since));
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex InBraces { get; }
}
