using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ComfyFunc.Bench;

/// <summary>
/// The OpenAPI document of many workflows: its size, what the first request after a change costs, and what those that follow do.
/// </summary>
internal static class Document
{
    private const int Workflows = 203;
    private const int Requests = 50;

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 1, slots: 2);
        var prompt = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", "txt2img.json"));
        var before = (await GetAsync(rig)).Bytes;
        for (var i = 0; i < Workflows; i++)
        {
            await rig.SaveAsync(string.Create(CultureInfo.InvariantCulture, $"sample-w{i}"), prompt);
        }

        var first = await GetAsync(rig);
        await GetAsync(rig);
        var again = new List<double>();
        var unchanged = new List<double>();
        for (var i = 0; i < Requests; i++)
        {
            again.Add((await GetAsync(rig)).Milliseconds);
            unchanged.Add((await GetAsync(rig, first.ETag)).Milliseconds);
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
                $"{Workflows} workflows: {first.Bytes / 1000.0:0} kB, {(first.Bytes - before) / (double)Workflows / 1000:0.0} kB each"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first request after a change: {first.Milliseconds:0} ms"));
        Say("again", again);
        Say("If-None-Match", unchanged);
    }

    private static async Task<(int Bytes, double Milliseconds, string ETag)> GetAsync(Rig rig, string? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("openapi.json", UriKind.Relative));
        if (known is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        }

        var start = Stopwatch.GetTimestamp();
        using var answer = await rig.Http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotModified ? (bytes.Length, took, $"{answer.Headers.ETag}")
            : throw new HttpRequestException($"{answer.StatusCode}");
    }

    private static void Say(string what, IReadOnlyCollection<double> times) =>
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {times.Quantile(0.5):0.0} ms, p95 {times.Quantile(0.95):0.0} ms"));
}
