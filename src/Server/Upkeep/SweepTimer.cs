using System.Collections.Concurrent;

namespace ComfyFunc.Server.Upkeep;

/// <summary>Does the sweeps whose time has come whenever a timer of Azure's rings, which rings for several.</summary>
public sealed class SweepTimer(Sweeps sweeps, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> begun = new(StringComparer.Ordinal);

    /// <summary>Sweeps what is due, side by side. What fails keeps nothing else from being done.</summary>
    /// <param name="cron">The timer that rings.</param>
    public Task RingAsync(string cron, CancellationToken cancellationToken)
    {
        var rung = Sweep.All.Where(s => s.Cron == cron).ToArray();
        var now = clock.GetUtcNow();
        var tolerance = rung.Min(s => s.Interval) / 2; // A timer rings a little early or late.
        var due = rung.Where(s => !begun.TryGetValue(s.Name, out var last) || now - last >= s.Interval - tolerance).ToArray();
        return Task.WhenAll(due.Select(s => SweepAsync(s, now, cancellationToken)));
    }

    private async Task SweepAsync(Sweep sweep, DateTimeOffset now, CancellationToken cancellationToken)
    {
        begun[sweep.Name] = now;
        await sweep.RunAsync(sweeps, cancellationToken);
    }
}
