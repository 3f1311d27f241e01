using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What a client of the API does, in one line each.</summary>
internal static class Caller
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<JsonObject> AddHostAsync(this HttpClient http, string id, SimulatedHost host, int slots = 2) =>
        await (await http.PutAsJsonAsync($"hosts/{id}", new { url = host.Url, slots }, Cancellation)).JsonAsync();

    public static async Task<JsonObject> SaveAsync(this HttpClient http, string name, string prompt) =>
        await (await http.PutAsync(new Uri($"workflows/{name}", UriKind.Relative), Body(prompt), Cancellation)).JsonAsync();

    /// <summary>Calls and waits for the end.</summary>
    public static async Task<JsonObject> RunAsync(this HttpClient http, string name, string body = "{}", string query = "") =>
        Settled(await (await http.CallAsync(name, body, "wait=60", query)).JsonAsync());

    /// <summary>Calls and returns the run's id at once.</summary>
    public static async Task<string> StartAsync(this HttpClient http, string name, string body = "{}") =>
        (string)(await (await http.CallAsync(name, body, "respond-async")).JsonAsync())["id"]!;

    public static async Task<HttpResponseMessage> CallAsync(this HttpClient http, string name, string body,
        string prefer = "wait=60", string query = "")
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri($"workflows/{name}{query}", UriKind.Relative)) { Content = Body(body) };
        request.Headers.Add("Prefer", prefer);
        return await http.SendAsync(request, Cancellation);
    }

    /// <summary>Waits, on the server's side, until the run has ended.</summary>
    public static async Task<JsonObject> EndAsync(this HttpClient http, string id, TimeSpan? patience = null)
    {
        var until = DateTimeOffset.UtcNow + (patience ?? TimeSpan.FromSeconds(60));
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"runs/{id}", UriKind.Relative));
            request.Headers.Add("Prefer", "wait=5");
            var run = await (await http.SendAsync(request, Cancellation)).JsonAsync();
            if (Status(run) is not ("queued" or "running" or "canceling"))
            {
                return Settled(run);
            }

            Assert.True(DateTimeOffset.UtcNow < until, $"The run has not ended: {run.ToJsonString()}");
        }
    }

    // Whatever became of a run, its time is accounted for.
    private static JsonObject Settled(JsonObject answer)
    {
        if (answer["completedAt"] is { } completed && answer["metrics"] is JsonObject metrics)
        {
            Assert.Equal((long)((DateTimeOffset)completed - (DateTimeOffset)answer["createdAt"]!).TotalMilliseconds,
                (long)metrics["totalMs"]!);
            Assert.Equal((long)metrics["totalMs"]!, metrics.Where(m => m.Key != "totalMs").Sum(m => (long)m.Value!));
            Assert.All(metrics, m => Assert.InRange((long)m.Value!, 0, long.MaxValue));
        }

        return answer;
    }

    /// <summary>Asks until the run is as expected.</summary>
    public static Task<JsonObject> UntilAsync(this HttpClient http, string id, Func<JsonObject, bool> isSo, TimeSpan? patience = null) =>
        Eventually.SeesAsync(() => http.RunOfAsync(id), isSo, patience);

    /// <summary>The runs of a workflow, newest first.</summary>
    public static async Task<JsonArray> RunsOfAsync(this HttpClient http, string workflow) =>
        (await (await http.GetAsync(new Uri($"runs?workflow={workflow}", UriKind.Relative), Cancellation)).JsonAsync())["runs"]!.AsArray();

    public static async Task<JsonObject> RunOfAsync(this HttpClient http, string id) =>
        await (await http.GetAsync(new Uri($"runs/{id}", UriKind.Relative), Cancellation)).JsonAsync();

    public static Task<HttpResponseMessage> PostAsync(this HttpClient http, string path) =>
        http.PostAsync(new Uri(path, UriKind.Relative), null, Cancellation);

    public static string Status(JsonObject run) => (string)run["status"]!;

    public static string Code(JsonObject run) => (string)run["error"]!["code"]!;

    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            return JsonNode.Parse(text) as JsonObject ?? throw new InvalidDataException($"{response.StatusCode}: {text}");
        }
    }

    /// <summary>The pointers of a problem's errors.</summary>
    public static async Task<string[]> PointersAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return [.. (await response.JsonAsync())["errors"]!.AsArray().Select(e => (string)e!["pointer"]!)];
    }

    public static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
}
