using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Telemetry;

/// <summary>The meter of this process, and what counts on it. While nobody listens, counting costs a look whether somebody does.</summary>
public sealed class Instruments(IMeterFactory meters)
{
    /// <summary>In seconds: from what an instant host takes to what a film takes.</summary>
    public static ImmutableArray<double> Bounds { get; } =
        [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300, 600, 1800, 3600];

    private readonly Meter meter = meters.Create(new MeterOptions(Product.Name) { Version = Product.Version });

    /// <summary>Something that only grows.</summary>
    public Counter<T> Counter<T>(Metric metric) where T : struct => meter.CreateCounter<T>(metric.Name, metric.Unit, metric.Description);

    /// <summary>Times in seconds.</summary>
    public Histogram<double> Times(Metric metric) => meter.CreateHistogram(metric.Name, metric.Unit, metric.Description, tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });

    /// <summary>A gauge, or a counter that is kept elsewhere: asked for when somebody looks.</summary>
    public void Observe(Metric metric, Func<IEnumerable<Measurement<long>>> look)
    {
        if (metric.Kind is MetricKind.Counter)
        {
            meter.CreateObservableCounter(metric.Name, look, metric.Unit, metric.Description);
        }
        else
        {
            meter.CreateObservableGauge(metric.Name, look, metric.Unit, metric.Description);
        }
    }
}
