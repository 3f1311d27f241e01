using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Bench;

/// <summary>
/// What telemetry costs: an app that sends everything to a collector and serves metrics, and one that has it off, each in a process of its
/// own, by turns.
/// </summary>
internal static class Telemetry
{
    private const int Callers = 16;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(int turns)
    {
        await using var collector = await CollectorAsync();
        await using var off = await Side.StartAsync("off", new Dictionary<string, string>());
        await using var on = await Side.StartAsync("on",
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["Metrics"] = "true",
            });
        foreach (var side in (Side[])[off, on])
        {
            await side.TurnAsync(); // Compiles.
            side.Forget();
        }

        for (var i = 0; i < turns; i++)
        {
            // Whoever is first in a pair is first in half of them.
            foreach (var side in i % 2 == 0 ? (Side[])[off, on] : [on, off])
            {
                await side.TurnAsync();
            }
        }

        off.Say();
        on.Say();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"on / off, median of pairs: {Ratio(off.Rates, on.Rates):0.000} of the runs a second, "
                + $"{Ratio(off.Times, on.Times):0.000} of the processor time of a run"));
    }

    private static double Ratio(List<double> off, List<double> on) => Median(on.Zip(off, (a, b) => a / b));

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    // Takes all and keeps nothing.
    private static async Task<WebApplication> CollectorAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("{*path}", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Ok();
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Side(string name, Store store, ServedApp app, Rig rig) : IAsyncDisposable
    {
        public List<double> Rates { get; } = [];

        public List<double> Times { get; } = [];

        public static async Task<Side> StartAsync(string name, IReadOnlyDictionary<string, string> environment)
        {
            var store = await Store.CreateAsync();
            var app = new ServedApp(store, environment);
            await app.StartAsync();
            return new(name, store, app, await Rig.StartAsync(app.Url, hosts: 2, slots: 16));
        }

        public void Forget()
        {
            Rates.Clear();
            Times.Clear();
        }

        public async Task TurnAsync()
        {
            var (start, before, done) = (Stopwatch.GetTimestamp(), app.ProcessorTime, 0);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                while (Stopwatch.GetElapsedTime(start) < Turn)
                {
                    await rig.CallAsync();
                    Interlocked.Increment(ref done);
                }
            }));
            Rates.Add(done / Stopwatch.GetElapsedTime(start).TotalSeconds);
            Times.Add((app.ProcessorTime - before).TotalMilliseconds / done);
        }

        public void Say() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-4}{Median(Rates),7:0.0} runs a second ({Rates.Min():0.0} to {Rates.Max():0.0}); processor time of the app a "
                + $"run: {Median(Times):0.00} ms ({Times.Min():0.00} to {Times.Max():0.00})"));

        public async ValueTask DisposeAsync()
        {
            await rig.DisposeAsync();
            app.Dispose();
            await store.DisposeAsync();
        }
    }
}
