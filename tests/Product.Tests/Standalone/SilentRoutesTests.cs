using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Engine;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ComfyFunc.Tests.Standalone;

/// <summary>No endpoint keeps a caller waiting for storage that does not answer.</summary>
public sealed partial class SilentRoutesTests(AzuriteFixture azurite)
{
    // What they say this process knows, or their callers sent. Ready says it in its own words.
    private static readonly string[] WithoutStorage =
    [
        "Convert", "CreateUpload", "GetDocsScript", "GetMe", "GetSettings", "Health", "Ready", "ReadyDetails", "ShowApi", "ShowConsole",
        "ShowDocs", "ShowStart",
    ];

    private const string Id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private const string Key = "0123456789abcdef0123456789abcdef";

    // Ten seconds are promised. A busy machine may take some beside; who waits twice takes sixteen at least.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_that_asks_storage_says_that_it_does_not_answer_after_one_wait()
    {
        await using var line = StorageLine.To(await azurite.NewStorageAsync());
        using var log = new FakeLoggerProvider();
        await using var app = StandaloneApp.Build([
            "--urls", "http://127.0.0.1:0", "--ComfyFunc:Links", "Proxy", "--ComfyFunc:Callers:0:Client", "boss",
            "--ComfyFunc:Callers:0:Role", "Admin", "--ComfyFunc:Callers:0:Key", Key,
        ], LocalStorage.Of(line.Storage), builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.StartAsync(Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = StandaloneApp.UrlOf(app) };
        http.DefaultRequestHeaders.Add("X-Api-Key", Key);
        var good = await GoodAsync(app.Services);
        line.Mute();
        log.Collector.Clear();

        // Two hundred at once wait no longer than one does.
        var answers = await Task.WhenAll(Enumerable.Repeat(RouteTable.All, 3).SelectMany(r => r)
            .Select(r => AskAsync(http, r, good.GetValueOrDefault(r.Name, ""))));
        Assert.Empty(answers.Where(a => a.Took > Bound).Select(a => $"{a.Route} took {a.Took}"));
        string[] others = [.. answers.Where(a => !a.IsRefusal).Select(a => $"{a.Route} {a.Status}").Distinct()
            .Order(StringComparer.Ordinal)];
        Assert.True(WithoutStorage.SequenceEqual(others.Select(o => o.Split(' ')[0])), string.Join('\n', others));
        var said = log.Collector.GetSnapshot().Where(r => r.Level >= LogLevel.Warning).ToArray();
        Assert.All(said.GroupBy(r => (r.Category, r.Id)), g => Assert.Single(g));
    }

    // What a route's path or query has, where not any will do.
    private static async Task<Dictionary<string, string>> GoodAsync(IServiceProvider services)
    {
        var (files, runs) = (services.GetRequiredService<ServedLinks>(), services.GetRequiredService<RunLinks>());
        var until = DateTimeOffset.UtcNow.AddHours(1);
        Assert.True(RunId.TryParse(Id, out var run));
        var status = $"?{RunLinks.Signature}={await runs.SignAsync(run, LinkAction.Status, Cancellation)}";
        return new()
        {
            ["GetFile"] = (await files.MintAsync("runs/1/outputs/1/1/0", "a", "x/y", until, Cancellation)).Segments[^1],
            ["PutFile"] = (await files.MintUploadAsync("uploads/1", until, Cancellation)).Segments[^1],
            ["DeleteKey"] = "0123456789ab",
            ["GetBatchOutputs"] = "?bundle=zip",
            ["GetRunByLink"] = status,
            ["GetRunStatusByLink"] = status,
            ["CancelRunByLink"] = $"?{RunLinks.Signature}={await runs.SignAsync(run, LinkAction.Cancel, Cancellation)}",
            ["GetRunOutputByLink"] =
                new Uri(await services.GetRequiredService<OutputLinks>().ThumbnailAsync(run, "example", 1, Cancellation)).Query,
        };
    }

    private static async Task<(string Route, int Status, bool IsRefusal, TimeSpan Took)> AskAsync(HttpClient http, ApiRoute route,
        string good)
    {
        var path = InBraces.Replace(route.Pattern, m => ValueOf(m.Groups[1].Value, good));
        using var request = new HttpRequestMessage(new HttpMethod(route.Verb),
            new Uri(good.StartsWith('?') ? path + good : path, UriKind.Relative))
        {
            Content = route.BodyKind switch
            {
                BodyKind.None => null,
                BodyKind.Bytes => new ByteArrayContent(new byte[10]),
                _ => new StringContent((route.Body!.Example?.Invoke(new JsonObject()) ?? new JsonObject()).ToJsonString(), // It has one.
                    Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            },
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(2 * Bound);
        var since = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var isRefusal = answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null
                && (await answer.Content.ReadAsStringAsync(patience.Token)).Contains("storage_unavailable", StringComparison.Ordinal);
            return (route.Name, (int)answer.StatusCode, isRefusal, Stopwatch.GetElapsedTime(since));
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            return (route.Name, 0, false, Stopwatch.GetElapsedTime(since));
        }
    }

    private static string ValueOf(string part, string good) => part switch
    {
        "token" or "id" when good.Length > 0 && good[0] != '?' => good,
        "id" => Id,
        "version" or "n" => "1",
        _ when part.EndsWith('?') => "",
        _ => "example",
    };

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex InBraces { get; }
}
