using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>
/// Saves what the browser made of the graphs of a corpus that lies outside of the project: each input that ComfyUI refuses is told of, and no
/// other. It runs where COMFYFUNC_CORPUS names the corpus.
/// </summary>
public sealed class SavedCorpusTests(ITestOutputHelper output)
{
    private static readonly string[] Missing = ["option_missing", "input_file_missing"];

    private static string? Root => CorpusTheoryAttribute.Root;

    public static TheoryData<string> Prompts => Root is null ? ["not saved, as COMFYFUNC_CORPUS names no folder"]
        : [.. Directory.GetFiles(Path.Combine(Root, "frontend"), "*.prompt.json").Select(f =>
            Path.GetFileName(f)[..^".prompt.json".Length]).Order(StringComparer.Ordinal)];

    // Most prompts of the corpus have no output. Here each node is one, so that each is looked at.
    private static Lazy<string> Text { get; } = new(() => File.ReadAllText(Path.Combine(Root!, "../comfyui/object_info-0.29.json"))
        .Replace("\"output_node\":false", "\"output_node\":true", StringComparison.Ordinal));

    private static Lazy<NodeCatalog> Catalog { get; } = new(() => NodeCatalog.Read(Encoding.UTF8.GetBytes(Text.Value)));

    private static Lazy<JsonElement> Raw { get; } = new(() => JsonElement.Parse(Text.Value));

    [CorpusTheory]
    [MemberData(nameof(Prompts))]
    public void What_the_browser_sends_is_saved_where_ComfyUI_takes_it(string name)
    {
        Assert.True(Root is not null, "COMFYFUNC_CORPUS names no folder.");
        var prompt = JsonElement.Parse(File.ReadAllBytes(Path.Combine(Root, "frontend", $"{name}.prompt.json")));
        var refused = ComfyValidation.Refused(prompt, Raw.Value).Select(r => $"/{r.Node}/inputs/{r.Input}").ToHashSet(StringComparer.Ordinal);
        var check = Workflow.Check(prompt, Catalog.Value);
        var faults = (check as WorkflowCheck.Invalid)?.Faults ?? [];
        foreach (var fault in faults)
        {
            output.WriteLine($"{fault.Pointer} {fault.Detail}");
        }

        var told = Workflow.Load(prompt, Catalog.Value).Warnings.Where(w => Missing.Contains(w.Code)).Select(w => w.Pointer)
            .Concat(faults.Select(f => f.Pointer)).ToHashSet();
        Assert.Equal([], faults.Select(f => f.Pointer!).Where(p => p.Contains("/inputs/", StringComparison.Ordinal) && !refused.Contains(p)));
        Assert.Equal([], refused.Where(r => !told.Contains(r)));
    }
}
