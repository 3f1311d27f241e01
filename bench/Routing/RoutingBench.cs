using System.Globalization;
using System.Text;

namespace ComfyFunc.Bench.Routing;

/// <summary>The same workloads through every policy: tables for docs/benchmarks.md, and a plot.</summary>
internal static class RoutingBench
{
    private static readonly double[] Utilisations = [0.3, 0.5, 0.7, 0.9];

    private static readonly double[] Loads = [10, 0];
    private static readonly int[] Models = [6, 12];
    private static readonly int[] Residents = [1, 2];

    public static void Run(string? plot)
    {
        foreach (var (models, resident,
            load) in from load in Loads from models in Models from resident in Residents select (models, resident, load))
        {
            Console.WriteLine($"\n### {models} models, {resident} resident, {load} s to load\n");
            Table(Utilisations.Select(u => ($"ρ {Text(u)}", new RoutingCase(models, resident, load, u))));
        }

        Console.WriteLine("\n### 6 models, 1 resident, 10 s to load, ρ 0.5, with views and times that are off\n");
        var fair = new RoutingCase(6, 1, 10, 0.5);
        Table(
        [
            ("exact", fair),
            ("4 dispatchers", fair with { Dispatchers = 4, StaleSeconds = 1 }),
            ("views 3 s old", fair with { Dispatchers = 4, StaleSeconds = 3 }),
            ("times off by half", fair with { Noise = 0.5 }),
            ("all of it", fair with { Dispatchers = 4, StaleSeconds = 3, Noise = 0.5 }),
        ]);
        if (plot is not null)
        {
            RoutingPlot.Save(plot, Utilisations.Select(u => (u, All(new RoutingCase(6, 1, 10, u)).ToArray())));
        }
    }

    public static IEnumerable<RoutingResult> All(RoutingCase setting)
    {
        IRoutingPolicy[] policies = [new RandomPolicy(setting.Seed), new RoundRobin(), new PowerOfTwo(setting.Seed), new LeastOutstanding(),
            new LateBinding(), new BoundedHash()];
        return [.. policies.Select(p => new RoutingSimulation(setting).Play(p)), new RoutingSimulation(setting).PlayOurs(),
            new RoutingSimulation(setting).PlayBound()];
    }

    // p50 / p95 / p99 in seconds, warm hits, and makespan when the queue grew.
    private static void Table(IEnumerable<(string Head, RoutingCase Setting)> columns)
    {
        var results = columns.Select(c => (c.Head, Rows: All(c.Setting).ToArray())).ToArray();
        var text = new StringBuilder(
            $"| policy | {string.Join(" | ", results.Select(r => r.Head))} |\n|---|{string.Concat(results.Select(_ => "---|"))}\n");
        for (var i = 0; i < results[0].Rows.Length; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {results[0].Rows[i].Policy} | {string.Join(" | ", results.Select(r => Cell(r.Rows[i])))} |");
        }

        Console.Write(text);
    }

    private static string Cell(RoutingResult r) =>
        $"{Text(r.P50)} / {Text(r.P95)} / {Text(r.P99)}, {r.WarmHits.ToString("P0", CultureInfo.InvariantCulture)}{(r.Makespan > 1.1 ? $", ×{Text(r.Makespan)}" : "")}";

    private static string Text(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
