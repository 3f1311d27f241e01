using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Tests.Support;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Graphs;

public sealed class GraphConverterTests
{
    private const int Mutated = 3_000;
    private const long MostBytes = 50_000_000;

    public static TheoryData<string> Goldens => [.. GraphGoldens.Names];

    /// <summary>With COMFYFUNC_GOLDENS=write the goldens are written anew, to be read before they are kept.</summary>
    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_rule_is_kept_as_its_golden_says(string name)
    {
        var golden = GraphGoldens.Read(name);
        var told = GraphGoldens.Told(GraphGoldens.Convert(golden));
        if (Environment.GetEnvironmentVariable("COMFYFUNC_GOLDENS") is "write")
        {
            foreach (var member in new[] { "prompt", "report", "carried", "app" })
            {
                golden.Remove(member);
            }

            foreach (var (member, value) in told)
            {
                golden[member] = value?.DeepClone();
            }

            GraphGoldens.Write(name, golden);
        }

        Assert.All(told, t => Assert.True(JsonNode.DeepEquals(t.Value, golden[t.Key]), $"{t.Key}: {t.Value?.ToJsonString()}"));
        Assert.All(golden.Select(m => m.Key).Except(["shows", "graph", "replacements"]), k =>
            Assert.True(told.ContainsKey(k), $"{k} is gone."));
    }

    [Fact]
    public void Every_rule_has_a_golden()
    {
        var rules = new[] { ('A', 7), ('B', 7), ('C', 5), ('D', 9), ('E', 8), ('F', 5), ('G', 9), ('H', 5), ('I', 5) }
            .SelectMany(g => Enumerable.Range(1, g.Item2).Select(n => $"{g.Item1}{n}"));

        Assert.Empty(rules.Except(GraphGoldens.Names.Select(n => n.Split('-')[0])));
    }

    [Fact]
    public void Whatever_a_graph_is_there_is_an_answer() => Gen.Int[0, 1_000_000].Sample(seed =>
    {
        var graphs = new MutatedGraphs(seed, Samples);
        for (var i = 0; i < 10; i++)
        {
            var graph = graphs.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var conversion = GraphConverter.Convert(graph, GraphGoldens.Catalog, GraphGoldens.Moment);

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes);
            Assert.Equal(conversion.Report.Any(f => f.Severity is GraphSeverity.Refused), conversion.IsRefused);
            AssertLinksLead(conversion);
        }
    }, iter: Mutated / 10);

    [Fact]
    public void A_graph_gives_the_same_prompt_always() => Gen.Int[0, 1_000_000].Sample(seed =>
    {
        var graph = new MutatedGraphs(seed, Samples).Next();
        var (one, two) = (GraphConverter.Convert(graph, GraphGoldens.Catalog), GraphConverter.Convert(graph, GraphGoldens.Catalog));

        Assert.Equal(one.Prompt?.GetRawText(), two.Prompt?.GetRawText());
        Assert.Equal(one.Report, two.Report);
    }, iter: 300);

    [Fact]
    public void Subgraphs_that_multiply_are_refused()
    {
        var definitions = Enumerable.Range(0, 20).Select(i => $$"""
            {"id":"d{{i}}","name":"D","inputs":[],"outputs":[],"links":[],"nodes":[{{string.Join(',', Enumerable.Range(0, 10)
                .Select(n => $$"""{"id":{{n}},"type":"d{{i + 1}}"}"""))}}]}
            """);
        var conversion = GraphConverter.Convert(
            JsonElement.Parse($$$"""
                {"nodes":[{"id":1,"type":"d0"}],"links":[],"definitions":{"subgraphs":[{{{string.Join(',', definitions)}}}]}}
                """),
            GraphGoldens.Catalog);

        Assert.True(conversion.IsRefused);
        Assert.Contains(conversion.Report, f => f is { Rule: "G2", Severity: GraphSeverity.Refused });
    }

    [Fact]
    public void Values_may_lie_deep()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));
        var conversion = GraphConverter.Convert(
            JsonElement.Parse($$"""
                {"nodes":[{"id":1,"type":"Power Lora Loader (rgthree)","widgets_values":[{"lora":{{deep}},"strengthTwo":1}]},
                {"id":2,"type":"Gone","widgets_values":[{{deep}}]}],"links":[]}
                """, new JsonDocumentOptions { MaxDepth = 256 }),
            GraphGoldens.Catalog, replacements: JsonElement.Parse(
                """{"Gone":[{"new_node_id":"Make","old_widget_ids":["w"],"input_mapping":[{"new_id":"width","old_id":"w"}]}]}"""));

        var prompt = Assert.NotNull(conversion.Prompt);
        Assert.Equal(deep, prompt.GetProperty("1").GetProperty("inputs").GetProperty("lora_1").GetProperty("lora").GetRawText());
        Assert.Equal(deep, prompt.GetProperty("2").GetProperty("inputs").GetProperty("width").GetProperty("__value__").GetRawText());
    }

    private static string[] Samples { get; } = [.. GraphGoldens.Names.Select(n => GraphGoldens.Read(n)["graph"]!.ToJsonString())];

    private static void AssertLinksLead(GraphConversion conversion)
    {
        if (conversion.Prompt is not { } prompt)
        {
            return;
        }

        foreach (var input in prompt.EnumerateObject().SelectMany(n => n.Value.GetProperty("inputs").EnumerateObject()))
        {
            if (input.Value is { ValueKind: JsonValueKind.Array } link)
            {
                Assert.True(prompt.TryGetProperty(link[0].GetString()!, out _), $"{input} leads nowhere.");
            }
        }
    }
}
