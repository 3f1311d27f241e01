using System.Diagnostics;

namespace ComfyFunc.Bench;

/// <summary>What the façade adds to a call: its calls and a direct client's take turns on the same host.</summary>
internal static class Latency
{
    private const int WarmUp = 500;
    private const int Calls = 500;

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 1, slots: 2);
        await using var direct = new DirectClient(rig.Hosts[0]);
        await direct.ConnectAsync();
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < WarmUp + Calls; i++)
        {
            var one = await TimeAsync(() => rig.CallAsync());
            var other = await TimeAsync(() => direct.CallAsync(rig.NextColor()));
            if (i >= WarmUp)
            {
                ours.Add(one);
                theirs.Add(other);
            }
        }

        Console.WriteLine($"{"",-8}{"ComfyFunc",12}{"direct",12}{"added",12}  (ms, {Calls} calls each, taking turns)");
        foreach (var q in new[] { 0.5, 0.95 })
        {
            Console.WriteLine(
                $"p{q * 100,-7:0}{ours.Quantile(q),12:0.0}{theirs.Quantile(q),12:0.0}{ours.Quantile(q) - theirs.Quantile(q),12:0.0}");
        }
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
