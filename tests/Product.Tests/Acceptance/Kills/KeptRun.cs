using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>A call of one client's, under a key of its own, and the run that it made.</summary>
/// <param name="http">Calls.</param>
/// <param name="anyone">Reads outputs: their links are the keys.</param>
/// <param name="number">The call's, which is in the run's metadata.</param>
/// <param name="workflow">What is called.</param>
/// <param name="body">Makes the call's body, each time it is sent.</param>
/// <param name="isRepeated">Whether a call that was not answered is made again.</param>
internal sealed class KeptRun(HttpClient http, HttpClient anyone, int number, string workflow, Func<HttpContent> body, bool isRepeated)
    : IKept
{
    private JsonObject? ended;
    private bool mayBeGone;
    private bool isGone;

    /// <summary><see langword="null"/> while the call was not answered.</summary>
    public string? Id { get; private set; }

    /// <summary>Whether the client was told that it has ended, and has not deleted it.</summary>
    public bool HasEnded => ended is not null && !mayBeGone;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task CallAsync(string prefer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri($$"""workflows/{{workflow}}?metadata={"call":{{number}}}""", UriKind.Relative))
        { Content = body() };
        request.Headers.Add("Prefer", prefer);
        request.Headers.Add("Idempotency-Key", $"call-{number}");
        var run = await (await http.SendAsync(request, Cancellation)).JsonAsync();
        var told = (string?)run["id"] ?? throw new InvalidDataException(run.ToJsonString());
        Assert.Equal(Id ?? told, told);
        Id = told;
        Learn(run);
    }

    /// <summary>Hears its events until it has ended.</summary>
    public async Task FollowAsync()
    {
        var events = await http.GetStringAsync(new Uri($"runs/{Id}/events", UriKind.Relative), Cancellation);
        Learn(JsonNode.Parse(events.TrimEnd().Split("data: ")[^1])!.AsObject());
    }

    public async Task DeleteAsync()
    {
        mayBeGone = true;
        using var answer = await http.DeleteAsync(new Uri($"runs/{Id}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        isGone = true;
    }

    public async Task CheckAsync()
    {
        if (Id is null)
        {
            return; // Nobody knows of it.
        }

        using var answer = await http.GetAsync(new Uri($"runs/{Id}", UriKind.Relative), Cancellation);
        if (mayBeGone && answer.StatusCode == HttpStatusCode.NotFound)
        {
            isGone = true;
            await OutputsGoAsync(ended!); // Only what has ended is deleted.
            return;
        }

        Assert.True(answer.StatusCode == HttpStatusCode.OK && !isGone, $"{answer.StatusCode} of {this}");
        Learn(await answer.JsonAsync());
        if (ended is not null)
        {
            await AssertOutputsAsync(ended);
        }
    }

    /// <summary>Waits until it has ended, unless it is gone or never came.</summary>
    public async Task EndAsync()
    {
        if (Id is null && isRepeated)
        {
            await CallAsync("respond-async"); // Its key says which it is.
        }

        if (Id is not null && !isGone)
        {
            Learn(await http.EndAsync(Id, AppProcess.Recovery));
            Assert.NotNull(ended);
        }
    }

    public override string ToString() =>
        $"call {number} of {workflow}: run {Id}, ended {ended is not null}, deletion asked for {mayBeGone}, told {isGone}";

    // An end is told once, and is the same ever after.
    private void Learn(JsonObject run)
    {
        Assert.Equal(number, (int?)run["metadata"]?["call"]);
        Assert.Contains(Caller.Status(run), (string[])["queued", "running", "succeeded"]);
        if (ended is not null)
        {
            Assert.Equal(SumsOf(ended), SumsOf(run));
        }
        else if (Caller.Status(run) == "succeeded")
        {
            Assert.NotEmpty(SumsOf(run));
            ended = run;
        }
    }

    private async Task AssertOutputsAsync(JsonObject run)
    {
        foreach (var output in OutputsOf(run))
        {
            using var answer = await ReadAsync(output);
            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} of an output of {this}");
            var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal(((long)output["bytes"]!, (string)output["sha256"]!),
                (bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }
    }

    // What a kill left of a deletion that was not answered goes when the next process has started.
    private async Task OutputsGoAsync(JsonObject run)
    {
        foreach (var output in OutputsOf(run))
        {
            await Eventually.SeesAsync(
                async () =>
                {
                    using var answer = await ReadAsync(output);
                    return answer.StatusCode;
                },
                status => status == HttpStatusCode.NotFound);
        }
    }

    private Task<HttpResponseMessage> ReadAsync(JsonNode output) => anyone.GetAsync(new Uri((string)output["url"]!), Cancellation);

    private static IEnumerable<JsonNode> OutputsOf(JsonObject run) => run["outputs"]!.AsObject().SelectMany(o => o.Value!.AsArray())!;

    private static string[] SumsOf(JsonObject run) => [.. OutputsOf(run).Select(o => (string)o["sha256"]!)];
}
