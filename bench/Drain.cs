using System.Diagnostics;
using System.Globalization;
using System.Text;
using ComfyFunc.Server.Pool;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Bench;

/// <summary>
/// Whole runs a second out of a long queue and out of a short one, which take turns over one app with one store: the queue is filled while it
/// is paused, then drained by instant hosts.
/// </summary>
internal static class Drain
{
    private const int Few = 1_200;
    private const int Counted = 1_000;
    private const int Rounds = 3;
    private const int Callers = 16;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(int waiting)
    {
        await using var rig = await Rig.StartAsync(served: null, hosts: 2, slots: 16, "--ComfyFunc:StartWithin=01:00:00",
            "--ComfyFunc:FinishWithin=02:00:00", $"--ComfyFunc:MaxQueued={waiting * 2}");
        await RateAsync(rig, Few); // Compiles.
        var (few, many) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            few.Add(await RateAsync(rig, Few));
            many.Add(await RateAsync(rig, waiting));
        }

        var (fast, slow) = (few.Quantile(0.5), many.Quantile(0.5));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"whole runs a second: of a queue of {Few} {fast:0}, of {waiting} waiting {slow:0}, {100 * slow / fast:0} %"));
    }

    /// <summary>The rate of the first that are done, while nearly as many wait as were put there; the rest is done uncounted.</summary>
    private static async Task<double> RateAsync(Rig rig, int waiting)
    {
        await PostAsync(rig, "queue/pause");
        var left = waiting;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await PostAsync(rig, "workflows/bench", $$$"""{"canvas":{"color":{{{rig.NextColor()}}}}}""");
            }
        }));
        await PostAsync(rig, "queue/resume");
        await WaitForAsync(rig, waiting - (Counted / 10)); // Everything is under way.
        var start = Stopwatch.GetTimestamp();
        await WaitForAsync(rig, waiting - Counted);
        var rate = Counted * 0.9 / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await WaitForAsync(rig, 0);
        return rate;
    }

    private static async Task WaitForAsync(Rig rig, int most)
    {
        // Not by asking for the pool: its answer looks at all that waits, twenty times a second.
        var pending = rig.Services.GetRequiredService<PendingStore>();
        while (pending.Known.Count > most)
        {
            await Task.Delay(LookInterval);
        }
    }

    private static async Task PostAsync(Rig rig, string path, string? body = null)
    {
        using var answer = await rig.Http.PostAsync(new Uri(path, UriKind.Relative),
            body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }
}
