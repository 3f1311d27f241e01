using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>Keeps what one process's meter measures.</summary>
internal sealed class HeardMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> heard = [];

    public HeardMetrics(IMeterFactory process)
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "ComfyFunc" && ReferenceEquals(instrument.Meter.Scope, process))
            {
                Instruments.Enqueue(instrument);
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => heard.Enqueue((instrument.Name, value, tags.ToArray())));
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => heard.Enqueue((instrument.Name, value, tags.ToArray())));
        listener.Start();
    }

    public ConcurrentQueue<Instrument> Instruments { get; } = [];

    /// <summary>What was counted and timed, summed by what it is of.</summary>
    public IEnumerable<string> Sums => heard.GroupBy(m => TextOf(m.Name, m.Tags), m => m.Value)
        .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {Math.Round(g.Sum(), 3)}")).Order(StringComparer.Ordinal);

    /// <summary>The names of what each metric was told apart by.</summary>
    public ILookup<string, string> Attributes =>
        heard.SelectMany(m => m.Tags.Select(t => (m.Name, t.Key))).Distinct().ToLookup(m => m.Name, m => m.Key);

    /// <summary>Asks for what is kept elsewhere.</summary>
    public void Look()
    {
        heard.Clear();
        listener.RecordObservableInstruments();
    }

    public void Dispose() => listener.Dispose();

    private static string TextOf(string name, KeyValuePair<string, object?>[] tags) =>
        string.Join(' ', tags.Select(t => $"{Short(t.Key)}={t.Value}").Prepend(Short(name)));

    private static string Short(string name) => name.Replace("comfyfunc.", "", StringComparison.Ordinal);
}
