using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

public sealed class CorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Pairs()
    {
        var root = Environment.GetEnvironmentVariable("COMFYFUNC_CORPUS");
        if (root is null) { return; }
        var log = new List<string>();
        foreach (var (folder, info) in new[] { ("frontend", Path.Combine(root, "../comfyui/object_info-0.29.json")), ("pairs", Path.Combine(root, "object_info.json")) })
        {
            var catalog = NodeCatalog.Read(File.ReadAllBytes(info));
            var (good, all) = (0, 0);
            foreach (var file in Directory.GetFiles(Path.Combine(root, folder), "*.graph.json").Order())
            {
                var name = Path.GetFileName(file)[..^".graph.json".Length];
                all++;
                GraphConversion conversion;
                try { conversion = GraphConverter.Convert(JsonElement.Parse(File.ReadAllBytes(file)), catalog, new GraphMoment(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))); }
                catch (Exception e) { log.Add($"{folder}/{name}: THROWN {e}"); continue; }
                var promptFile = file[..^".graph.json".Length] + ".prompt.json";
                var lines = new List<string>();
                if (!File.Exists(promptFile)) { if (conversion.Prompt is not null) { lines.Add("browser refused, we did not"); } }
                else if (conversion.Prompt is null) { lines.Add("refused"); }
                else { lines.AddRange(PromptComparison.Differences(conversion.Prompt.Value, JsonElement.Parse(File.ReadAllBytes(promptFile)), folder == "pairs" ? catalog : null).Select(d => $"{d.Node}.{d.Input} {d.Detail}")); }
                if (lines.Count > 0 && conversion.Report.Any(f => f.Rule == "G7") && conversion.Prompt is { } pr && PromptShape.Of(pr).SequenceEqual(PromptShape.Of(JsonElement.Parse(File.ReadAllBytes(promptFile))))) { lines.Clear(); }
                if (lines.Count == 0) { good++; continue; }
                log.Add($"{folder}/{name}:\n    " + string.Join("\n    ", lines.Take(8)) + "\n      " + string.Join("\n      ", conversion.Report.Where(f => f.Severity > 0).Select(f => $"{f.Severity} {f.Rule} {f.Node} {f.Input} {f.Message}").Take(6)));
            }
            log.Add($"=== {folder}: {good} of {all}");
        }
        File.WriteAllLines("/tmp/corpus.txt", log);
        output.WriteLine(string.Join('\n', log));
    }
}
