using BenchmarkDotNet.Attributes;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Bench;

/// <summary>
/// One round of planning for 100 hosts and 1,000 waiting runs: with one slot open, as when a run ends, and with fifty, as when hosts join.
/// </summary>
[MemoryDiagnoser, ShortRunJob]
public class Placement
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private PoolHost[] pool = [];
    private WaitingRun[] waiting = [];

    [Params(1, 50)]
    public int Open { get; set; }

    /// <summary>How many kinds of runs wait: as many as workflows in the one case, all different in the other.</summary>
    [Params(20, 1000)]
    public int Kinds { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        pool = [.. Enumerable.Range(0, 100).Select(Host)];
        waiting = [.. Enumerable.Range(0, 1000).Select(i => Run(i, i % Kinds))];
    }

    [Benchmark]
    public int Plan() => Scheduler.Assign(pool, waiting, (_, _) => true, Now).Length;

    private PoolHost Host(int i)
    {
        var host = new PoolHost { Id = new($"h{i:000}"), Url = new("http://x/"), RegisteredAt = Now, Slots = i < Open ? 3 : 2 };
        for (var w = 0; w < 20; w++)
        {
            host = host with
            {
                Times = host.Times.After(
                    new Observation($"w{w}@1", [new($"m{w}.safetensors", 10)], w % 2 == 0 ? [$"m{w}.safetensors"] : [], 6 + w, Now))
            };
        }

        return host.Lend(Slot(i * 2)).Lend(Slot((i * 2) + 1));
    }

    private static HeldSlot Slot(int i) =>
        new(new($"{i:00000000000000000000000000}"), 1, Now)
        {
            Work = $"w{i % 20}@1",
            Models = [$"m{i % 20}.safetensors"],
            ExpectedSeconds = 6
        };

    private static WaitingRun Run(int i, int kind) => new()
    {
        Run = new($"{i + 1000:00000000000000000000000000}"),
        Placement = ComfyFunc.Engine.Runs.Placement.First,
        Since = Now.AddSeconds(-i % 50),
        Client = $"c{i % 4}",
        Work = new()
        {
            Name = $"w{kind % 20}@1",
            Needs = new Requirements { Key = $"{kind}" },
            Models = [new($"m{kind % 20}.safetensors", 10)]
        },
    };
}
