using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Bench;

/// <summary>
/// What a client of the job API waits for: the 202, the return from a wait, a result that is there already, a batch of 1,000.
/// </summary>
internal static class Jobs
{
    private const int Callers = 20;
    private const int Calls = 1000;
    private const int BatchSize = 1000;

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 2, slots: 16, "--ComfyFunc:ReuseResultsFor", "01:00:00");
        await Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => await rig.CallAsync());
        await WaitsAsync(rig);
        await HitsAsync(rig);
        await AcceptedAsync(rig, TimeSpan.FromMilliseconds(200));
        await AcceptedAsync(rig, TimeSpan.Zero);
        await BatchAsync(rig);
    }

    // Everything runs on one machine, so its one clock tells the run's end and the answer's arrival.
    private static async Task WaitsAsync(Rig rig)
    {
        var lags = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var run = await rig.CallAsync();
            lags.Add((DateTimeOffset.UtcNow - DateTimeOffset.Parse((string)run["completedAt"]!,
                System.Globalization.CultureInfo.InvariantCulture)).TotalMilliseconds);
        }

        Say("wait returns after the end", lags);
    }

    private static async Task HitsAsync(Rig rig)
    {
        const string body = """{"canvas":{"color":777}}""";
        await rig.CallAsync(body: body);
        var times = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await rig.CallAsync(body: body);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Say("a result that is there already", times);
    }

    /// <param name="pause">How long a caller thinks between two calls, in the mean; each time another, or all would ask at the same moment.
    /// Without a pause the callers load the machine as much as it takes.</param>
    private static async Task AcceptedAsync(Rig rig, TimeSpan pause)
    {
        var times = new ConcurrentQueue<double>();
        var runs = new ConcurrentQueue<string>();
        await Parallel.ForAsync(0, Calls, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (_, ct) =>
        {
            using var content = Body($$$"""{"canvas":{"color":{{{rig.NextColor()}}}}}""");
            var start = Stopwatch.GetTimestamp();
            using var answer = await rig.Http.PostAsync(new Uri("workflows/bench", UriKind.Relative), content, ct);
            times.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(pause * (2 * Random.Shared.NextDouble()), ct);
            runs.Enqueue((string)(await answer.Content.ReadFromJsonAsync<JsonObject>(ct))!["id"]!);
        });
        Say($"202 at {Callers} callers, pausing {pause.TotalMilliseconds:0} ms", times);
        foreach (var run in runs)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"runs/{run}", UriKind.Relative));
            request.Headers.Add("Prefer", "wait=200");
            using var ended = await rig.Http.SendAsync(request);
        }
    }

    private static async Task BatchAsync(Rig rig)
    {
        using var content =
            Body(JsonSerializer.Serialize(
                new { matrix = new { canvas = new { color = Enumerable.Range(0, BatchSize).Select(_ => rig.NextColor()) } } }));
        var start = Stopwatch.GetTimestamp();
        using var accepted = await rig.Http.PostAsync(new Uri("workflows/bench/batches", UriKind.Relative), content);
        var batch = await accepted.Content.ReadFromJsonAsync<JsonObject>();
        var acceptedIn = Stopwatch.GetElapsedTime(start);
        while ((string)batch!["status"]! == "running")
        {
            await Task.Delay(TimeSpan.FromSeconds(1)); // As Retry-After says.
            batch = await rig.Http.GetFromJsonAsync<JsonObject>(new Uri($"batches/{(string)batch["id"]!}", UriKind.Relative));
        }

        Console.WriteLine(
            $"batch of {BatchSize}: accepted in {acceptedIn.TotalMilliseconds:0} ms, done "
                + $"in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: {batch["runs"]!.ToJsonString()}");
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static void Say(string what, IReadOnlyCollection<double> milliseconds) =>
        Console.WriteLine($"{what}: p50 {milliseconds.Quantile(0.5):0.0} ms, p99 {milliseconds.Quantile(0.99):0.0} ms");
}
