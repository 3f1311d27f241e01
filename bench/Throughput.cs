using System.Diagnostics;

namespace ComfyFunc.Bench;

/// <summary>
/// Runs per second with one caller and with many, beside direct clients of the same hosts, and the processor time that a run takes: what the
/// limit is where there is no other.
/// </summary>
internal static class Throughput
{
    private const int Most = 32;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Uri? served)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 2, slots: 16);
        await RateAsync(rig, 8, _ => rig.CallAsync()); // Compiles.
        foreach (var callers in new[] { 1, 8, Most })
        {
            Say($"{callers} callers", await RateAsync(rig, callers, _ => rig.CallAsync()));
        }

        var clients = Enumerable.Range(0, Most).Select(i => new DirectClient(rig.Hosts[i % rig.Hosts.Count])).ToArray();
        await Task.WhenAll(clients.Select(c => c.ConnectAsync()));
        Say($"{Most} direct clients", await RateAsync(rig, Most, caller => clients[caller].CallAsync(rig.NextColor())));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<Rate> RateAsync(Rig rig, int callers, Func<int, Task> callAsync)
    {
        var (start, here, there, done) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, rig.HostsTime, 0);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            while (Stopwatch.GetElapsedTime(start) < Length)
            {
                await callAsync(caller);
                Interlocked.Increment(ref done);
            }
        }));
        return new(done / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - here) / done,
            (rig.HostsTime - there) / done);
    }

    private static void Say(string what, Rate rate) => Console.WriteLine(
        $"{what,-18}{rate.RunsPerSecond,8:0.0} runs a second; processor time of a run: {rate.Here.TotalMilliseconds:0.0} ms here (the callers, "
            + $"and the app unless it is elsewhere), {rate.Hosts.TotalMilliseconds:0.0} ms in the simulated hosts");

    private sealed record Rate(double RunsPerSecond, TimeSpan Here, TimeSpan Hosts);
}
