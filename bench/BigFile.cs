using System.Diagnostics;

namespace ComfyFunc.Bench;

/// <summary>A 1 GiB output from host to blob: how fast, and how much managed memory it takes.</summary>
internal static class BigFile
{
    private const int Megabytes = 1024;

    public static async Task RunAsync()
    {
        await using var rig = await Rig.StartAsync(null, hosts: 1, slots: 2);
        await rig.SaveAsync("big",
            """{"1":{"class_type":"SimBigFile","inputs":{"megabytes":1,"filename_prefix":"big"},"_meta":{"title":"[file:megabytes]"}}}""");
        await rig.CallAsync("big", """{"file":{"megabytes":8}}""");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (peak, start) = (before, Stopwatch.GetTimestamp());
        using var ended = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
                await Task.Delay(20);
            }
        });
        var run = await rig.CallAsync("big", $$$"""{"file":{"megabytes":{{{Megabytes}}}}}""");
        await ended.CancelAsync();
        await watching;
        var bytes = (long)run["outputs"]!["file"]![0]!["bytes"]!;
        Console.WriteLine(
            $"{bytes >> 20} MiB in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, "
                + $"sha256 {run["outputs"]!["file"]![0]!["sha256"]}; managed memory grew "
                + $"by {(peak - before) / (double)(1 << 20):0.0} MiB at most");
    }
}
