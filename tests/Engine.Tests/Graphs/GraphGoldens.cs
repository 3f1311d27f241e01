using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>One small graph for each rule, named after it, with what is made of it and what is said.</summary>
internal static class GraphGoldens
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder { get; } = Path.Combine(TestFolders.Root, "tests", "Engine.Tests", "Goldens", "Graphs");

    public static NodeCatalog Catalog { get; } = NodeCatalog.Read(File.ReadAllBytes(Path.Combine(Folder, "catalog.json")));

    public static GraphMoment Moment { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static string[] Names { get; } =
    [
        .. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n != "catalog")
            .Order(StringComparer.Ordinal),
    ];

    public static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")))!.AsObject();

    public static void Write(string name, JsonObject golden) =>
        File.WriteAllText(Path.Combine(Folder, $"{name}.json"), golden.ToJsonString(new(Plain) { WriteIndented = true }) + "\n");

    public static GraphConversion Convert(JsonObject golden) => GraphConverter.Convert(Element(golden["graph"]), Catalog, Moment,
        Element(golden["replacements"]));

    /// <summary>What a golden says of a conversion, in its own form.</summary>
    public static JsonObject Told(GraphConversion conversion)
    {
        var told = new JsonObject
        {
            ["prompt"] = conversion.Prompt is { } prompt ? JsonNode.Parse(prompt.GetRawText()) : null,
            ["report"] = new JsonArray([.. conversion.Report.Select(f =>
                (JsonNode)$"{f.Rule} {f.Severity} {f.Node} {f.Input} {f.Pointer} {f.Message}")]),
        };
        if (!conversion.Carried.IsEmpty)
        {
            told["carried"] = JsonSerializer.SerializeToNode(conversion.Carried, Plain);
        }

        if (conversion.App is { } app)
        {
            told["app"] = JsonSerializer.SerializeToNode(new { Inputs = app.Inputs.Select(i => $"{i.Node}.{i.Input}"), app.Outputs },
                Plain);
        }

        return told;
    }

    private static JsonElement Element(JsonNode? node) => node is null ? default : JsonSerializer.SerializeToElement(node);
}
