using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Prompts;

public class SeedPlanTests
{
    private static readonly NodeCatalog Catalog = NodeCatalog.Read("""
        {
          "Dice": {"input":{"required":{"seed":["INT",{"min":0,"max":18446744073709551615,"control_after_generate":true}]}},"output":["IMAGE"]},
          "Fixed": {"input":{"required":{"seed":["INT",{"min":0,"max":18446744073709551615,"control_after_generate":"fixed"}]}},"output":["IMAGE"]},
          "Narrow": {"input":{"required":{"noise_seed":["INT",{"min":5,"max":9}]}},"output":["IMAGE"]},
          "Signed": {"input":{"required":{"seed":["INT",{"min":-1,"max":1125899906842624}]}},"output":["IMAGE"]},
          "Below": {"input":{"required":{"seed":["INT",{"min":-10,"max":-1}]}},"output":["IMAGE"]},
          "Above": {"input":{"required":{"seed":["INT",{"min":9007199254740993,"max":9007199254740995}]}},"output":["IMAGE"]},
          "Free": {"input":{"required":{"seed":["INT",{}]}},"output":["IMAGE"]},
          "Number": {"input":{"required":{"value":["INT",{"min":-9223372036854775807,"max":9223372036854775807,"control_after_generate":true}]}},"output":["INT"]},
          "Save": {"input":{"optional":{"images":["IMAGE"]}},"output":[],"output_node":true}
        }
        """u8.ToArray());

    // Two that callers may set, one that they may not, and one of those that its author has fixed.
    private static readonly Workflow Four = Flow(("Dice", "[a]"), ("Dice", "[b]"), ("Dice", ""), ("Fixed", ""));

    [Theory]
    [InlineData("{}", HiddenSeeds.Auto, "Drawn, Drawn, Drawn, Saved 104")]
    [InlineData("""{"a":{"seed":1}}""", HiddenSeeds.Auto, "Given 1, Drawn, Drawn, Saved 104")]
    [InlineData("""{"a":{"seed":1},"b":{"seed":2}}""", HiddenSeeds.Auto, "Given 1, Given 2, Saved 103, Saved 104")]
    [InlineData("""{"a":{"seed":"Saved"},"b":{"seed":2.0}}""", HiddenSeeds.Auto, "Saved 101, Given 2, Saved 103, Saved 104")]
    [InlineData("""{"a":{"seed":1},"b":{"seed":" RANDOM "}}""", HiddenSeeds.Auto, "Given 1, Drawn, Drawn, Saved 104")]
    [InlineData("""{"a":{"seed":1},"b":{"seed":null}}""", HiddenSeeds.Auto, "Given 1, Drawn, Drawn, Saved 104")]
    [InlineData("""{"a":{"seed":1},"b":false}""", HiddenSeeds.Auto, "Given 1, Saved 103, Saved 104")]
    [InlineData("""{"a":false,"b":false}""", HiddenSeeds.Auto, "Drawn, Saved 104")]
    [InlineData("{}", HiddenSeeds.Saved, "Drawn, Drawn, Saved 103, Saved 104")]
    [InlineData("""{"a":{"seed":1},"b":{"seed":2}}""", HiddenSeeds.Random, "Given 1, Given 2, Drawn, Drawn")]
    public void Every_seed_is_planned(string body, HiddenSeeds hidden, string plan) => Assert.Equal(plan, Plan(Four, body, hidden));

    [Fact]
    public void Where_callers_can_set_no_seed_each_run_differs() =>
        Assert.Equal("Drawn, Saved 102", Plan(Flow(("Dice", ""), ("Fixed", "")), "{}", HiddenSeeds.Auto));

    [Fact]
    public void A_seed_that_callers_may_set_is_drawn_though_its_author_has_fixed_it() =>
        Assert.Equal("Drawn", Plan(Flow(("Fixed", "[a]")), "{}", HiddenSeeds.Auto));

    [Fact]
    public void A_number_with_a_control_is_no_seed()
    {
        var workflow =
            Read("""{"1":{"class_type":"Number","inputs":{"value":1024}},"2":{"class_type":"Dice","inputs":{"seed":["1",0]}},"3":{"class_type":"Save","inputs":{"images":["2",0]}}}""");
        Assert.Empty(SeedPlan.Of(workflow, CallValues.None, HiddenSeeds.Random));
    }

    [Theory]
    [InlineData("Dice", "0", "9007199254740991")]
    [InlineData("Narrow", "5", "9")]
    [InlineData("Signed", "0", "1125899906842624")]
    [InlineData("Below", "-10", "-1")]
    [InlineData("Above", "9007199254740993", "9007199254740995")]
    [InlineData("Free", "0", "9007199254740991")]
    public void A_seed_is_drawn_within_what_its_node_takes_and_every_client_can_send_back(string nodeClass, string least, string most)
    {
        var seed = Assert.Single(SeedPlan.Of(Flow((nodeClass, "")), CallValues.None, HiddenSeeds.Random));
        Assert.Equal((least, most), ($"{seed.Least}", $"{seed.Most}"));
    }

    [Fact]
    public void The_last_word_counts_and_what_is_kept_is_not_touched()
    {
        var workflow = Flow(("Dice", "[a] [b]"));
        var kept = Values(workflow, """{"a":{"seed":5},"b":{"seed":"saved"}}""");
        var drawn = Values(workflow, """{"a":{"seed":5},"b":{"seed":"random"}}""");

        Assert.Equal("Saved 101", Show(SeedPlan.Of(workflow, kept, HiddenSeeds.Auto)));
        Assert.Equal(101, SeedOf(PromptCompiler.Compile(workflow, kept, [], [], CompileOptions.Plain)));
        Assert.Equal(77, SeedOf(PromptCompiler.Compile(workflow, drawn, [], [new("1", "seed", 77)], CompileOptions.Plain)));
    }

    [Theory]
    [InlineData("""{"a":{"seed":"sometimes"}}""")]
    [InlineData("""{"a":{"seed":true}}""")]
    public void Another_word_is_no_seed(string body)
    {
        var fault = Assert.Single(Assert.IsType<Binding.Invalid>(ValueBinderTests.Bind(Four, body)).Faults);
        Assert.Contains("\"random\" or \"saved\"", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_survives_storage()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var stored = JsonSerializer.Serialize(Values(Four, """{"a":{"seed":"saved"}}"""), options);
        Assert.Equal(SeedOrigin.Saved, Assert.Single(JsonSerializer.Deserialize<CallValues>(stored, options)!.Assignments).Seed);
    }

    private static string Plan(Workflow workflow, string body, HiddenSeeds hidden) =>
        Show(SeedPlan.Of(workflow, Values(workflow, body), hidden));

    private static string Show(IEnumerable<PlannedSeed> seeds) => string.Join(", ", seeds.Select(s => $"{s.Origin} {s.Value}".Trim()));

    private static CallValues Values(Workflow workflow, string body) =>
        Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(workflow, body)).Values;

    private static long SeedOf(CompiledPrompt prompt) =>
        JsonElement.Parse(Encoding.UTF8.GetString(prompt.Json.Span)).GetProperty("1").GetProperty("inputs").GetProperty("seed").GetInt64();

    // Within what the node takes; else node 1 has the seed 101, node 2 has 102…
    private static long SavedOf(string nodeClass, int index) => nodeClass switch
    {
        "Narrow" => 7,
        "Below" => -5,
        "Above" => 9007199254740994,
        _ => index + 101,
    };

    private static Workflow Flow(params (string Class, string Title)[] nodes) => Read($"{{{string.Join(",", nodes.Select((n, i) =>
        $$$"""
        "{{{i + 1}}}":{"class_type":"{{{n.Class}}}","inputs":{"{{{(n.Class == "Narrow" ? "noise_seed" : "seed")}}}":{{{SavedOf(n.Class, i)}}}},"_meta":{"title":"{{{n.Title}}}"}},"save{{{i}}}":{"class_type":"Save","inputs":{"images":["{{{i + 1}}}",0]}}
        """))}}}");

    private static Workflow Read(string prompt) =>
        Assert.IsType<WorkflowCheck.Valid>(Workflow.Check(JsonElement.Parse(prompt), Catalog)).Workflow;
}
