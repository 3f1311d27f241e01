using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>
/// Saves what the browser made of the graphs of a corpus that lies outside of the project: each input that ComfyUI refuses is told of, and
/// no other. It runs where COMFYFUNC_CORPUS names the corpus.
/// </summary>
public sealed class SavedCorpusTests(ITestOutputHelper output)
{
    private static readonly string[] Missing = ["option_missing", "input_file_missing"];

    private static string? Root => CorpusTheoryAttribute.Root;

    public static TheoryData<string> FrontEnd => Names("frontend");

    public static TheoryData<string> Pairs => Names("pairs");

    private static Lazy<Hosts> FrontEndHosts { get; } = new(() => Hosts.Of("../comfyui/object_info-0.29.json"));

    private static Lazy<Hosts> PairsHosts { get; } = new(() => Hosts.Of("object_info.json"));

    [CorpusTheory]
    [MemberData(nameof(FrontEnd))]
    public void What_the_front_end_sends_is_saved_where_ComfyUI_takes_it(string name) => Check("frontend", name, FrontEndHosts.Value);

    [CorpusTheory]
    [MemberData(nameof(Pairs))]
    public void What_a_browser_wrote_into_a_picture_is_saved_where_ComfyUI_takes_it(string name) => Check("pairs", name, PairsHosts.Value);

    private void Check(string folder, string name, Hosts hosts)
    {
        var prompt = JsonElement.Parse(File.ReadAllBytes(Path.Combine(Root!, folder, $"{name}.prompt.json")));
        var refused = ComfyValidation.Refused(prompt, hosts.Raw).Select(r => $"/{r.Node}/inputs/{r.Input}").ToHashSet(StringComparer.Ordinal);
        var faults = (Workflow.Check(prompt, hosts.Catalog) as WorkflowCheck.Invalid)?.Faults ?? [];
        foreach (var fault in faults)
        {
            output.WriteLine($"{fault.Pointer} {fault.Detail}");
        }

        var told = Workflow.Load(prompt, hosts.Catalog).Warnings.Where(w => Missing.Contains(w.Code)).Select(w => w.Pointer)
            .Concat(faults.Select(f => f.Pointer)).ToHashSet();
        Assert.Equal([], faults.Select(f => f.Pointer!)
            .Where(p => p.Contains("/inputs/", StringComparison.Ordinal) && !refused.Contains(p)));
        Assert.Equal([], refused.Where(r => !told.Contains(r)));
    }

    private static TheoryData<string> Names(string folder) => Root is null ? ["not saved, as COMFYFUNC_CORPUS names no folder"]
        : [.. Directory.GetFiles(Path.Combine(Root, folder), "*.prompt.json").Select(f =>
            Path.GetFileName(f)[..^".prompt.json".Length]).Order(StringComparer.Ordinal)];

    /// <summary>What hosts have. Most prompts of the corpus have no output; here each node is one, so that each is looked at.</summary>
    private sealed record Hosts(NodeCatalog Catalog, JsonElement Raw)
    {
        public static Hosts Of(string file)
        {
            var text = File.ReadAllText(Path.Combine(Root!, file)).Replace("\"output_node\":false", "\"output_node\":true", StringComparison.Ordinal)
                .Replace("\"output_node\": false", "\"output_node\": true", StringComparison.Ordinal);
            return new(NodeCatalog.Read(Encoding.UTF8.GetBytes(text)), JsonElement.Parse(text));
        }
    }
}
