using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Batches;

/// <summary>A batch as a table: a row for each call, with what varied, the seeds, what came of it and when.</summary>
internal static class BatchSheet
{
    private static readonly string[] Before = ["index", "run", "status", "error"];
    private static readonly string[] After = ["createdAt", "startedAt", "completedAt", .. RunTimes.Names, "host", "attempts"];

    /// <param name="runs">Those that there are, in any order.</param>
    /// <param name="absolute">Makes a link of a path.</param>
    public static string Of(Batch batch, ImmutableArray<BatchAxis> axes, IReadOnlyCollection<RunRecord> runs, Func<string, string> absolute)
    {
        var seeds = SeedsOf(runs);
        string[] tags = [.. runs.SelectMany(r => r.OutputTags.Concat(r.Artifacts.Select(a => a.Tag))).Distinct(StringComparer.Ordinal)];
        var table = new CsvTable();
        table.Add(
        [
            .. Before.Concat(axes.Select(a => a.Name)).Concat(seeds.Values).Concat(After).Concat(tags.Select(t => $"output:{t}"))
                .Select(CsvCell.Text),
        ]);
        var rows = runs.Select(r => (r.Place?.Index, Cells: RowOf(r, axes, seeds, tags, absolute)))
            .Concat(batch.Refused.Select(
                r => (Index: (int?)r.Index, Cells: RowOf(r, axes.Length + seeds.Count + After.Length + tags.Length))));
        foreach (var row in rows.OrderBy(r => r.Index ?? int.MaxValue))
        {
            table.Add(row.Cells);
        }

        return table.ToString();
    }

    private static IEnumerable<CsvCell> RowOf(RunRecord run, ImmutableArray<BatchAxis> axes, Dictionary<SeedPlace, string> seeds,
        string[] tags, Func<string, string> absolute) =>
    [
        run.Place is { Index: var index } ? CsvCell.Made($"{index}") : CsvCell.Empty,
        CsvCell.Text(run.Id.Value),
        CsvCell.Text(RunResource.NameOf(run.Status)),
        CsvCell.Text(RunResource.ErrorCodeOf(run)?.Name),
        .. axes.Select(a => ValueOf(a.Find(run.Given))),
        .. seeds.Keys.Select(p => run.Seeds.FirstOrDefault(s => SeedPlace.Of(s) == p) is { } seed
            ? CsvCell.Made($"{seed.Value}") : CsvCell.Empty),
        TimeOf(run.CreatedAt), TimeOf(run.StartedAt), TimeOf(run.CompletedAt),
        .. RunTimes.Of(run).All.Select(t => t is { } ms ? CsvCell.Made($"{ms}") : CsvCell.Empty),
        CsvCell.Text(run.Attempts.IsEmpty ? null : run.Attempts[^1].Host.Value),
        CsvCell.Made($"{run.Attempts.Length}"),
        .. tags.Select(t =>
            CsvCell.Text(string.Join(' ', run.Artifacts.Where(a => a.Tag == t).Select((_, n) => absolute(Paths.Output(run.Id, t, n)))))),
    ];

    private static IEnumerable<CsvCell> RowOf(RefusedCall call, int unknown) =>
        [CsvCell.Made($"{call.Index}"), CsvCell.Empty, CsvCell.Text("refused"),
            CsvCell.Text(call.Faults.IsDefaultOrEmpty ? null : call.Faults[0].Code.Name), .. Enumerable.Repeat(CsvCell.Empty, unknown)];

    private static CsvCell ValueOf(JsonElement? value) => value switch
    {
        null => CsvCell.Empty,
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } plain => CsvCell.Made($"{plain.GetRawText()}"),
        { ValueKind: JsonValueKind.String } text => CsvCell.Text(text.GetString()),
        var other => CsvCell.Text(other.Value.GetRawText()),
    };

    private static CsvCell TimeOf(DateTimeOffset? time) =>
        time is { } at ? CsvCell.Made($"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}") : CsvCell.Empty;

    // Two nodes may have one tag.
    private static Dictionary<SeedPlace, string> SeedsOf(IEnumerable<RunRecord> runs)
    {
        var places = runs.SelectMany(r => r.Seeds).Select(SeedPlace.Of).Distinct().ToArray();
        var names = places.CountBy(p => p.Name).ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal);
        return places.ToDictionary(p => p, p => $"seed:{(names[p.Name] == 1 ? p.Name : $"{p.Name} ({p.Node})")}");
    }

    private sealed record SeedPlace(string Node, string? Tag, string Input)
    {
        public static SeedPlace Of(RunSeed seed) => new(seed.Node, seed.Tag, seed.Input);

        public string Name => $"{Tag ?? Node}.{Input}";
    }
}
