using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.Bench;

/// <summary>
/// What an app that serves already costs: its requests to an Azurite, whoever makes them, as that writes them down, and processor time; a
/// run, and a minute in which nobody asks anything.
/// </summary>
internal static partial class Cost
{
    private const int Runs = 300;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <param name="accessLog">What Azurite says, one line a request.</param>
    /// <param name="processes">The app's.</param>
    public static async Task RunAsync(Uri served, string accessLog, int[] processes)
    {
        await using var rig = await Rig.StartAsync(served, hosts: 1, slots: 2);
        for (var i = 0; i < Runs; i++)
        {
            await rig.CallAsync();
        }

        var log = new AccessLog(accessLog);
        var (took, start, before) = (new List<double>(), Stopwatch.GetTimestamp(), TimeOf(processes));
        for (var i = 0; i < Runs; i++)
        {
            var one = Stopwatch.GetTimestamp();
            await rig.CallAsync();
            took.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
        }

        var cpu = (TimeOf(processes) - before).TotalMilliseconds / Runs;
        Say($"a run ({Runs}, one after the other, in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s)", log.New(), Runs);
        Console.WriteLine($"done: p50 {took.Quantile(0.5):0.0} ms, p95 {took.Quantile(0.95):0.0} ms; {cpu:0.0} ms of processor time a run");

        await Task.Delay(Settling);
        log.New();
        before = TimeOf(processes);
        await Task.Delay(Window);
        Say("an idle minute", log.New(), Window.TotalMinutes);
        Console.WriteLine($"processor time {(TimeOf(processes) - before).TotalMilliseconds / Window.TotalMinutes:0} ms a minute");
    }

    private static void Say(string what, List<string> requests, double parts)
    {
        Console.WriteLine($"{requests.Count / parts,8:0.00} requests {what}");
        foreach (var kind in requests.GroupBy(r => r).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(40))
        {
            Console.WriteLine($"{kind.Count() / parts,8:0.00}   {kind.Key}");
        }
    }

    private static TimeSpan TimeOf(int[] processes) =>
        processes.Aggregate(TimeSpan.Zero, (sum, id) => sum + Process.GetProcessById(id).TotalProcessorTime);

    /// <summary>Reads what is added to a file.</summary>
    private sealed partial class AccessLog(string file)
    {
        private long at = new FileInfo(file).Length;

        public List<string> New()
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Position = at;
            using var reader = new StreamReader(stream);
            var added = reader.ReadToEnd();
            at += System.Text.Encoding.UTF8.GetByteCount(added);
            return [.. Request.Matches(added).Select(m => Kind(m.Groups[1].Value, m.Groups[2].Value))];
        }

        // Names without what makes each one's its own.
        private static string Kind(string verb, string url)
        {
            var path = Uri.UnescapeDataString(url.Split('?')[0]);
            var query = url.Contains("comp=", StringComparison.Ordinal) ? Comp.Match(url).Value : "";
            path = Key.Replace(path, "(…)");
            path = Id.Replace(path, "*");
            return string.Create(CultureInfo.InvariantCulture, $"{verb,-6} {path} {query}").TrimEnd();
        }

        [GeneratedRegex("\"([A-Z]+) /[^/ ]+/([^ ]*) HTTP")]
        private static partial Regex Request { get; }

        [GeneratedRegex("comp=[a-z]+")]
        private static partial Regex Comp { get; }

        [GeneratedRegex(@"\(.+\)")]
        private static partial Regex Key { get; }

        [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{32,}")]
        private static partial Regex Id { get; }
    }
}
