using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Stats;

/// <summary>
/// Keeps what each minute's runs come to whose end this process sees. A minute has a row of this process's own, which is written whole
/// whenever it has grown: nothing is read, and nobody is in the way.
/// </summary>
public sealed class StatsMeter(StatsStore store, RunMetrics metrics, TimeProvider clock, ILogger<StatsMeter> logger)
    : EndMeter<RunSample>(TimeSpan.FromSeconds(3), clock, logger)
{
    // A run that ends is seen at once. One that is counted later gets a row beside.
    private static readonly TimeSpan Held = TimeSpan.FromMinutes(3);

    private readonly string process = Guid.NewGuid().ToString("N")[..12];
    private readonly Dictionary<DateTimeOffset, Minute> minutes = [];
    private int rows;

    // Asked once a run, which so is counted once.
    protected override RunSample Of(RunRecord run)
    {
        var sample = RunSamples.Of(run);
        metrics.Ended(run, sample);
        return sample;
    }

    protected override async Task WriteAsync(ImmutableArray<RunSample> taken, CancellationToken cancellationToken)
    {
        foreach (var runs in taken.GroupBy(r => StatsSpan.MinuteOf(r.At)))
        {
            MinuteAt(runs.Key).Add(runs);
        }

        foreach (var (at, minute) in minutes.ToArray())
        {
            await WriteAsync(at, minute, cancellationToken);
        }
    }

    private async Task WriteAsync(DateTimeOffset at, Minute minute, CancellationToken cancellationToken)
    {
        if (minute.HasGrown)
        {
            await store.WriteAsync(minute.Row, new StatsRow(at, minute.Lines), cancellationToken);
            minute.HasGrown = false;
        }

        if (Clock.GetUtcNow() - at > Held)
        {
            minutes.Remove(at);
        }
    }

    private Minute MinuteAt(DateTimeOffset at)
    {
        if (!minutes.TryGetValue(at, out var minute))
        {
            minutes[at] = minute = new(string.Create(CultureInfo.InvariantCulture, $"{process}-{rows++}"));
        }

        return minute;
    }

    private sealed class Minute(string row)
    {
        public string Row => row;

        public ImmutableArray<StatsLine> Lines { get; private set; } = [];

        public bool HasGrown { get; set; }

        public void Add(IEnumerable<RunSample> runs) =>
            (Lines, HasGrown) = (StatsLine.Merged([.. Lines, .. runs.Select(StatsLine.Of)]), true);
    }
}
