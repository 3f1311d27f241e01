using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>
/// The numbers of written files, which go on from the highest in their folder. A folder is read again only when something else has changed
/// it, since a host that writes thousands would read ever more.
/// </summary>
internal sealed partial class FileCounters
{
    private readonly ConcurrentDictionary<(string Folder, string Stem), (int Last, DateTime ChangedAt)> counters = new();

    public int Next(string folder, string stem)
    {
        var isKnown = counters.TryGetValue((folder, stem), out var known) && known.ChangedAt == Directory.GetLastWriteTimeUtc(folder);
        return (isKnown ? known.Last : Highest(folder, stem)) + 1;
    }

    public void Wrote(string folder, string stem, int number) =>
        counters[(folder, stem)] = (number, Directory.GetLastWriteTimeUtc(folder));

    private static int Highest(string folder, string stem) =>
        Directory.EnumerateFiles(folder, $"{stem}_*").Select(f => Counter.Match(Path.GetFileName(f)[stem.Length..])).Where(m => m.Success)
            .Select(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();

    [GeneratedRegex(@"^_(\d{5,})_")]
    private static partial Regex Counter { get; }
}
