using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Bench;

/// <summary>Storage requests per run, the background's share taken off: that is measured while nothing runs.</summary>
internal static class Transactions
{
    private const int Runs = 200;

    public static async Task RunAsync()
    {
        await using var rig = await Rig.StartAsync(null, hosts: 1, slots: 2);
        var meter = rig.Services.GetRequiredService<StorageMeter>();
        for (var i = 0; i < 20; i++)
        {
            await rig.CallAsync();
        }

        meter.Reset();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Runs; i++)
        {
            await rig.CallAsync();
        }

        var taken = Stopwatch.GetElapsedTime(start);
        var busy = meter.Counts;
        meter.Reset();
        await Task.Delay(TimeSpan.FromSeconds(20));
        var idle = meter.Counts;
        foreach (var (request, count) in busy.OrderBy(c => c.Key.Service, StringComparer.Ordinal)
            .ThenBy(c => c.Key.Verb, StringComparer.Ordinal))
        {
            var background = idle.GetValueOrDefault(request) / 20.0 * taken.TotalSeconds;
            Console.WriteLine(
                $"{request.Service,-6} {request.Verb,-7} {(count - background) / Runs,6:0.00} a run   "
                    + $"(and {idle.GetValueOrDefault(request) / 20.0:0.00} a second in the background)");
        }
    }
}
