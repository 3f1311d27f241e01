using System.Diagnostics;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Bench;

/// <summary>What many stored runs cost: a restart, listings, a call, the background and its sweeps. A store with few takes turns with it.</summary>
internal static class Stored
{
    private const int WarmUp = 100;
    private const int Calls = 400;
    private const int Listings = 200;
    private const int IdleSeconds = 70; // The longest interval of what is gone over every minute, and some more.
    private const int Workflows = 200;
    private const int Documents = 50;
    private const int Restarts = 3;

    public static async Task RunAsync(int count)
    {
        await using var few = await Store.CreateAsync();
        await using var many = await Store.CreateAsync();
        var start = Stopwatch.GetTimestamp();
        await PastRuns.FillAsync(many, count);
        var written = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Say($"{(Store.IsAzurite ? "Azurite" : "embedded store")}, {count} stored runs, written in {written:0} s");
        await RestartAsync("few", few);
        await RestartAsync("many", many);
        await using var rigOfFew = await Rig.OverAsync(few, hosts: 1, slots: 2);
        await using var rigOfMany = await Rig.OverAsync(many, hosts: 1, slots: 2);
        await CallsAsync(rigOfFew, rigOfMany);
        await ListingsAsync(rigOfFew, rigOfMany);
        await SweepsAsync("few", rigOfFew);
        await SweepsAsync("many", rigOfMany);
        await IdleAsync(rigOfFew, rigOfMany);
        await DocumentAsync(rigOfMany);
    }

    // The first call answers once its host has been heard of again.
    private static async Task RestartAsync(string name, Store store)
    {
        using var app = new ServedApp(store);
        await app.StartAsync();
        await using var rig = await Rig.StartAsync(app.Url, hosts: 1, slots: 2);
        await rig.CallAsync();
        var (readies, firsts) = (new List<double>(), new List<double>());
        for (var i = 0; i < Restarts; i++)
        {
            await app.KillAsync();
            var start = Stopwatch.GetTimestamp();
            readies.Add((await app.StartAsync()).TotalSeconds);
            await rig.CallAsync();
            firsts.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        await rig.RemoveHostsAsync();
        Say($"restart, {name}: ready after {readies.Quantile(0.5):0.00} s, a call answered after {firsts.Quantile(0.5):0.00} s");
    }

    private static async Task CallsAsync(Rig few, Rig many)
    {
        var (ofFew, ofMany) = (new List<double>(), new List<double>());
        for (var i = 0; i < WarmUp + Calls; i++)
        {
            var one = await TimeAsync(() => few.CallAsync());
            var other = await TimeAsync(() => many.CallAsync());
            if (i >= WarmUp)
            {
                ofFew.Add(one);
                ofMany.Add(other);
            }
        }

        var (one50, other50) = (ofFew.Quantile(0.5), ofMany.Quantile(0.5));
        Say($"a call, p50: few {one50:0.0} ms, many {other50:0.0} ms, {other50 / one50:0.00} times");
    }

    private static async Task ListingsAsync(Rig few, Rig many)
    {
        (string Name, string Query)[] listings =
        [
            ("newest 50", ""), ("a workflow", "&workflow=workflow-7"), ("a rare workflow", $"&workflow={PastRuns.Rare}"),
            ("no such workflow", "&workflow=none"), ("failed", "&status=failed"), ("expired: none", "&status=expired"),
            ("a client", "&client=client-2"), ("a rare workflow, failed", $"&workflow={PastRuns.Rare}&status=failed"),
        ];
        foreach (var (name, query) in listings)
        {
            var (ofFew, ofMany) = (new List<double>(), new List<double>());
            for (var i = 0; i < Listings; i++)
            {
                ofFew.Add(await TimeAsync(() => few.GetAsync($"runs?limit=50{query}")));
                ofMany.Add(await TimeAsync(() => many.GetAsync($"runs?limit=50{query}")));
            }

            var (p50, p95) = (ofMany.Quantile(0.5), ofMany.Quantile(0.95));
            Say($"GET /api/runs, {name}: p50 {p50:0.0} ms, p95 {p95:0.0} ms (few: {ofFew.Quantile(0.5):0.0} ms)");
        }
    }

    // Twice: what the first of a process finds out, those that follow need not.
    private static async Task SweepsAsync(string name, Rig rig)
    {
        var (sweeps, meter) = (rig.Services.GetRequiredService<Sweeps>(), rig.Services.GetRequiredService<StorageMeter>());
        foreach (var sweep in Sweep.All)
        {
            var (reads, times) = (new List<long>(), new List<double>());
            for (var i = 0; i < 2; i++)
            {
                var before = ReadsOf(meter);
                times.Add(await TimeAsync(() => sweep.RunAsync(sweeps, CancellationToken.None)));
                reads.Add(ReadsOf(meter) - before);
            }

            Say($"sweep {sweep.Name}, {name}: {reads[0]} reads and {times[0]:0.0} ms, then {reads[1]} and {times[1]:0.0} ms");
        }
    }

    private static async Task IdleAsync(Rig few, Rig many)
    {
        var (ofFew, ofMany) = (few.Services.GetRequiredService<StorageMeter>(), many.Services.GetRequiredService<StorageMeter>());
        ofFew.Reset();
        ofMany.Reset();
        await Task.Delay(TimeSpan.FromSeconds(IdleSeconds));
        Say($"idle: {ReadsOf(ofFew) / (double)IdleSeconds:0.00} storage reads a second, many {ReadsOf(ofMany) / (double)IdleSeconds:0.00}");
    }

    private static async Task DocumentAsync(Rig rig)
    {
        for (var i = 0; i < Workflows; i++)
        {
            await rig.SaveAsync(string.Create(CultureInfo.InvariantCulture, $"workflow-{i}"), Rig.Prompt);
        }

        var first = await TimeAsync(() => rig.GetAsync("openapi.json"));
        var again = new List<double>();
        for (var i = 0; i < Documents; i++)
        {
            again.Add(await TimeAsync(() => rig.GetAsync("openapi.json")));
        }

        Say($"GET /api/openapi.json, {Workflows} workflows: first {first:0} ms, then p50 {again.Quantile(0.5):0.0} ms");
    }

    private static long ReadsOf(StorageMeter meter) => meter.Counts.Where(c => c.Key.Verb is "GET" or "HEAD").Sum(c => c.Value);

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
