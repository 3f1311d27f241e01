using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Hosting;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>docs/telemetry.md names every metric as it is, with its unit and attributes, and every attribute of spans.</summary>
public sealed partial class TelemetryPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "telemetry.md"));

    [Fact]
    public void The_page_lists_every_metric_with_its_unit_and_attributes() => Assert.Equal(
        Metric.All.Select(m => $"{m.Name} {m.Kind} {m.Unit} {string.Join(", ", m.Attributes)}".TrimEnd()),
        MetricRow().Matches(Page).Select(m => $"{m.Groups["name"]} {Capital(m.Groups["kind"].Value)} {m.Groups["unit"]} "
            + string.Join(", ", Word().Matches(m.Groups["attributes"].Value).Select(w => w.Groups[1].Value))).Select(r => r.TrimEnd()));

    [Fact]
    public async Task What_a_process_publishes_is_what_is_listed()
    {
        await using var rig = new ServerRig();
        using var heard = new HeardMetrics(rig.Get<IMeterFactory>());
        _ = (rig.Get<RunMetrics>(), rig.Get<WebhookSender>(), rig.Get<HostStore>());
        foreach (var shown in rig.Get<IEnumerable<IHostedService>>().Where(s => s is PoolMetrics or StorageMetrics))
        {
            await shown.StartAsync(TestContext.Current.CancellationToken);
        }

        Assert.All(heard.Instruments, i => Assert.Equal(Product.Version, i.Meter.Version));
        Assert.Equal(Product.Version, rig.Get<Traces>().Source.Version);
        Assert.Equal(Metric.All.Select(m => (m.Name, m.Unit, m.Kind, m.Description)).Order(),
            heard.Instruments.Select(i => (i.Name, i.Unit!, KindOf(i), i.Description!)).Order());
        Assert.All(heard.Instruments.OfType<Histogram<double>>(),
            h => Assert.Equal(Instruments.Bounds, h.Advice!.HistogramBucketBoundaries!));
        Assert.Equal(string.Join(", ", Instruments.Bounds.Select(b => $"{b}")).Replace(", 3600", " and 3600", StringComparison.Ordinal),
            Bounds().Match(Page).Groups[1].Value.ReplaceLineEndings(" "));
    }

    [Fact]
    public void Every_attribute_is_on_the_page()
    {
        var known = typeof(Attribute).GetFields().Select(f => (string)f.GetRawConstantValue()!);
        Assert.All(known, a => Assert.Contains($"`{a}`", Page, StringComparison.Ordinal));
    }

    private static MetricKind KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> => MetricKind.Histogram,
        ObservableGauge<long> => MetricKind.Gauge,
        _ => MetricKind.Counter,
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    [GeneratedRegex(@"^\| `(?<name>comfyfunc[^`]+)` \| (?<kind>counter|histogram|gauge) \| `(?<unit>[^`]+)` \|(?<attributes>[^|]*)\|",
        RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Word();

    [GeneratedRegex("Histograms have the bounds ([0-9., and]+) s")]
    private static partial Regex Bounds();
}
