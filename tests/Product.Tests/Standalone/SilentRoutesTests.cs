using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Server.Api;
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
    // What they say this process knows, or their callers sent: a link's signature, that no keys are in use here. Ready says it in its own
    // words.
    private static readonly string[] WithoutStorage =
    [
        "CancelRunByLink", "Convert", "CreateKey", "CreateUpload", "DeleteKey", "GetDocsScript", "GetMe", "GetRunByLink",
        "GetRunOutputByLink", "GetRunStatusByLink", "GetSettings", "Health", "Ready", "ReadyDetails", "ShowApi", "ShowConsole", "ShowDocs",
        "ShowStart",
    ];

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

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
        var links = app.Services.GetRequiredService<ServedLinks>();
        var until = DateTimeOffset.UtcNow.AddHours(1);
        var tokens = new Dictionary<string, string>
        {
            ["GetFile"] = (await links.MintAsync("runs/1/outputs/1/1/0", "a", "x/y", until, Cancellation)).Segments[^1],
            ["PutFile"] = (await links.MintUploadAsync("uploads/1", until, Cancellation)).Segments[^1],
        };
        line.Mute();
        log.Collector.Clear();

        // Two hundred at once wait no longer than one does.
        var answers = await Task.WhenAll(Enumerable.Repeat(RouteTable.All, 3).SelectMany(r => r)
            .Select(r => AskAsync(http, r, tokens.GetValueOrDefault(r.Name, ""))));
        Assert.Empty(answers.Where(a => a.Took > Bound).Select(a => $"{a.Route} took {a.Took}"));
        string[] others = [.. answers.Where(a => !a.IsRefusal).Select(a => $"{a.Route} {a.Status}").Distinct()
            .Order(StringComparer.Ordinal)];
        Assert.True(WithoutStorage.SequenceEqual(others.Select(o => o.Split(' ')[0])), string.Join('\n', others));
        var said = log.Collector.GetSnapshot().Where(r => r.Level >= LogLevel.Warning).ToArray();
        Assert.All(said.GroupBy(r => (r.Category, r.Id)), g => Assert.Single(g));
    }

    private static async Task<(string Route, int Status, bool IsRefusal, TimeSpan Took)> AskAsync(HttpClient http, ApiRoute route,
        string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Verb),
            new Uri(InBraces.Replace(route.Pattern, m => ValueOf(m.Groups[1].Value, token)), UriKind.Relative))
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

    private static string ValueOf(string part, string token) => part switch
    {
        "token" => token,
        "id" => "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "version" or "n" => "1",
        _ when part.EndsWith('?') => "",
        _ => "example",
    };

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex InBraces { get; }
}
