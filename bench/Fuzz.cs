using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Bench;

/// <summary>Sends requests that are wrong in many ways, and counts what they are answered with.</summary>
internal static class Fuzz
{
    private const int Requests = 100_000;
    private const int Senders = 16;

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 1, slots: 2);
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var start = Stopwatch.GetTimestamp();
        var sent = 0;
        await Parallel.ForAsync(0, Senders, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (sender, ct) =>
        {
            var requests = new FuzzedRequests(sender, "bench");
            while (Interlocked.Increment(ref sent) is var count and <= Requests)
            {
                using var request = requests.Next();
                using var answer = await rig.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                statuses.AddOrUpdate(answer.StatusCode, 1, (_, n) => n + 1);
                if (answer.StatusCode >= HttpStatusCode.InternalServerError)
                {
                    Console.WriteLine($"{request.Method} {request.RequestUri}: {answer.StatusCode}");
                }

                if (count % (Requests / 10) == 0)
                {
                    Console.WriteLine($"{count} requests, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
                }
            }
        });
        var runs = JsonNode.Parse(await rig.Http.GetStringAsync(new Uri("runs", UriKind.Relative)))!["runs"]!.AsArray().Count;
        Console.WriteLine(
            $"{Requests} requests: {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{(int)s.Key} × {s.Value}"))}; {runs} runs.");
    }
}
