using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ComfyFunc.Bench.Routing;

/// <summary>p95 over utilisation, a line for each policy.</summary>
internal static class RoutingPlot
{
    public static void Save(string path, IEnumerable<(double Utilisation, RoutingResult[] Results)> points)
    {
        var all = points.ToArray();
        var plot = new PlotModel
        {
            Title = "8 hosts, 6 models (Zipf), 1 resident, 10 s to load, 6 s to execute",
            TitleFontSize = 14,
            Background = OxyColors.White
        };
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "utilisation by execution alone",
            MajorStep = 0.2,
            MajorGridlineStyle = LineStyle.Dot
        });
        plot.Axes.Add(
            new LogarithmicAxis { Position = AxisPosition.Left, Title = "p95 latency in seconds", MajorGridlineStyle = LineStyle.Dot });
        plot.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        foreach (var name in all[0].Results.Select(r => r.Policy))
        {
            var line = new LineSeries { Title = name, StrokeThickness = name == "ComfyFunc" ? 4 : 1.5, MarkerType = MarkerType.Circle };
            line.Points.AddRange(all.Select(p => new DataPoint(p.Utilisation, p.Results.First(r => r.Policy == name).P95)));
            plot.Series.Add(line);
        }

        using var file = File.Create(path);
        new SvgExporter { Width = 900, Height = 560 }.Export(plot, file);
    }
}
