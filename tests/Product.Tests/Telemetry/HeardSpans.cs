using System.Collections.Concurrent;
using System.Diagnostics;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>Keeps the spans of some processes' sources, as an exporter in memory would: those that are sampled, once ended.</summary>
internal sealed class HeardSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> ended = [];
    private readonly ActivityListener listener;

    public HeardSpans(params Traces[] processes)
    {
        listener = new()
        {
            ShouldListenTo = source => processes.Any(p => ReferenceEquals(p.Source, source)),
            Sample = (ref o) => o.Parent == default || o.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public Activity[] All => [.. ended];

    /// <summary>Those of a trace, once its run's own has ended: the last, a moment after the row says that the run has.</summary>
    public Task<Activity[]> OfEndedAsync(ActivityTraceId trace) => Eventually.SeesAsync(
        () => Task.FromResult<Activity[]>([.. ended.Where(s => s.TraceId == trace)]),
        spans => spans.Any(s => s.DisplayName.StartsWith("run ", StringComparison.Ordinal)));

    public void Dispose() => listener.Dispose();
}
