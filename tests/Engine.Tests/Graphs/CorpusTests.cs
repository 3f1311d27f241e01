using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>
/// Converts the graphs of a corpus that lies outside of the project, and compares with what the browser made of them. It runs where
/// COMFYFUNC_CORPUS names the corpus.
/// </summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    /// <summary>Where the browser goes wrong, or sends what is in no file, besides those that the corpus marks.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["combo-remote-output-image"] = "B5", // It put another file in the place of the saved one.
        ["fe-3d-preview3d-pipeline"] = "D9", // It rendered a scene.
        ["fe-groupnodes-group-node-v1-3-3"] = "G7", // Values fell to the wrong widgets.
        ["links-with-null"] = "A2", // It could not load the file.
        ["subgraph-passthrough"] = "G3", // It refused what has a meaning.
        ["wan22__image_to_video_wan22_5B"] = "B6", // What a preview showed.
        ["everywhere__tests__test"] = "I3", // The catalog lacks a class, and the file the names of its values.
    };

    private static readonly GraphMoment Moment = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static string? Root => CorpusTheoryAttribute.Root;

    public static TheoryData<string> FrontEnd => Names("frontend");

    public static TheoryData<string> Pairs => Names("pairs");

    private static Lazy<NodeCatalog> FrontEndCatalog { get; } = new(() => Catalog("../comfyui/object_info-0.29.json"));

    private static Lazy<NodeCatalog> PairsCatalog { get; } = new(() => Catalog("object_info.json"));

    private static Lazy<Dictionary<string, string>> Notes { get; } = new(() => File.ReadLines(Path.Combine(Root!, "frontend", "INDEX.tsv"))
        .Select(l => l.Split('\t')).ToDictionary(l => l[0], l => l[^1], StringComparer.Ordinal));

    [CorpusTheory]
    [MemberData(nameof(FrontEnd))]
    public void What_the_front_end_made_of_a_graph_is_made_here(string name) =>
        Check("frontend", name, FrontEndCatalog.Value, Notes.Value.GetValueOrDefault(name) is { } note
            && note.Contains("FE-DEFECT", StringComparison.Ordinal), isNewer: false);

    [CorpusTheory]
    [MemberData(nameof(Pairs))]
    public void What_a_browser_wrote_into_a_picture_is_made_here(string name) =>
        Check("pairs", name, PairsCatalog.Value, isDefect: false, isNewer: true);

    [CorpusTheory]
    [InlineData("01-sd15-txt2img", false)]
    [InlineData("02-subgraph-3defs", true)] // It has an instance of a subgraph that it does not define.
    public void A_public_workflow_is_made_with_its_own_catalog(string name, bool isRefused)
    {
        Assert.True(Root is not null, "COMFYFUNC_CORPUS names no folder.");
        var catalog = Catalog($"../workflows/{name}.object_info.json");
        var conversion = GraphConverter.Convert(Json("../workflows", $"{name}.ui.json"), catalog, Moment);
        foreach (var finding in conversion.Report)
        {
            output.WriteLine(finding.ToString());
        }

        Assert.Equal(isRefused, conversion.IsRefused);
        if (conversion.Prompt is { } prompt)
        {
            Assert.Empty(PromptComparison.Differences(prompt, Json("../workflows", $"{name}.api.json"), catalog, isNewer: true));
        }
    }

    private void Check(string folder, string name, NodeCatalog catalog, bool isDefect, bool isNewer)
    {
        Assert.True(Root is not null, "COMFYFUNC_CORPUS names no folder.");
        var conversion = GraphConverter.Convert(Json(folder, $"{name}.graph.json"), catalog, Moment);
        var isExpected = isDefect || Known.TryGetValue(name, out _);
        foreach (var finding in conversion.Report)
        {
            output.WriteLine(finding.ToString());
        }

        if (!File.Exists(Path.Combine(Root!, folder, $"{name}.prompt.json")))
        {
            Assert.True(conversion.Prompt is null || (isExpected && Tells(conversion, name)), "The browser refused it.");
            return;
        }

        if (conversion.Prompt is not { } prompt)
        {
            Assert.True(isExpected, "It is refused, and the browser did not.");
            return;
        }

        var theirs = Json(folder, $"{name}.prompt.json");
        if (conversion.Report.Any(f => f.Rule == "G7"))
        {
            theirs = PromptIds.Renamed(theirs, prompt);
        }

        var differences = PromptComparison.Differences(prompt, theirs, catalog, isNewer).ToArray();
        foreach (var (node, input, detail) in differences)
        {
            output.WriteLine($"{node} {input} {detail}");
        }

        Assert.True(differences.Length == 0 || isExpected, string.Join('\n', differences));
        Assert.All(differences, d => Assert.True(IsNamed(conversion, d.Node), $"{d} is not told of."));
    }

    private static bool Tells(GraphConversion conversion, string name) =>
        conversion.Report.Any(f => f.Severity is GraphSeverity.DiffersFromBrowser
            && (!Known.TryGetValue(name, out var rule) || f.Rule == rule));

    // A node of a group is told of by the group's own finding, and a consumer of one.
    private static bool IsNamed(GraphConversion conversion, string node) => conversion.Report.Any(f =>
        f.Severity is not GraphSeverity.Note && (f.Rule == "G7" || f.Node == node
            || node.StartsWith($"{f.Node}:", StringComparison.Ordinal)));

    private static TheoryData<string> Names(string folder) => Root is null ? ["not compared, as COMFYFUNC_CORPUS names no folder"]
        : [.. Directory.GetFiles(Path.Combine(Root, folder), "*.graph.json").Select(f =>
            Path.GetFileName(f)[..^".graph.json".Length]).Order(StringComparer.Ordinal)];

    private static JsonElement Json(string folder, string file) => JsonElement.Parse(File.ReadAllBytes(Path.Combine(Root!, folder, file)));

    private static NodeCatalog Catalog(string file) => NodeCatalog.Read(File.ReadAllBytes(Path.Combine(Root!, file)));
}
