using System.Diagnostics;

namespace ComfyFunc.Bench;

/// <summary>Runs per second with one caller and with many.</summary>
internal static class Throughput
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 2, slots: 16);
        await CallAsync(rig, 8, TimeSpan.FromSeconds(4));
        foreach (var callers in new[] { 1, 8, 32 })
        {
            Console.WriteLine($"{callers,3} callers: {await CallAsync(rig, callers, Length),7:0.0} runs a second");
        }
    }

    private static async Task<double> CallAsync(Rig rig, int callers, TimeSpan length)
    {
        var (start, done) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(start) < length)
            {
                await rig.CallAsync();
                Interlocked.Increment(ref done);
            }
        }));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
