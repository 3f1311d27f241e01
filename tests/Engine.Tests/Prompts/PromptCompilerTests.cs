using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Prompts;

public class PromptCompilerTests
{
    private static readonly Workflow Picture = SmallCatalog.Read(SmallCatalog.Picture);

    [Theory]
    [InlineData("values", """{"Sampler":{"seed":99,"name":"heun"},"text":{"text":"lake"}}""")]
    [InlineData("plain", """{"Sampler":{"seed":7}}""")]
    public void A_prompt_is_compiled_as_its_golden_says(string golden, string body)
    {
        var path = Path.Combine(TestFolders.Root, "tests", "Engine.Tests", "Goldens", $"{golden}.json");
        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(File.ReadAllText(path))), JsonSerializer.Serialize(Compile(Picture, body)));
    }

    [Fact]
    public void A_workflow_is_never_changed_and_the_same_call_gives_the_same_prompt() =>
        Gen.Select(Gen.ULong, Gen.String, Gen.Int[1, 100]).Sample((seed, text, steps) =>
    {
        var before = Encoding.UTF8.GetString(Picture.PromptJson);
        var body = $$$"""{"Sampler":{"seed":{{{seed}}},"steps":{{{steps}}}},"text":{"text":{{{JsonSerializer.Serialize(text)}}}}}""";
        var (one, two) = (Compile(Picture, body), Compile(Picture, body));

        Assert.Equal(one.GetRawText(), two.GetRawText());
        Assert.Equal(seed, one.GetProperty("57:3").GetProperty("inputs").GetProperty("seed").GetUInt64());
        Assert.Equal(text, one.GetProperty("2").GetProperty("inputs").GetProperty("text").GetString());
        Assert.Equal(before, Encoding.UTF8.GetString(Picture.PromptJson));
    });

    [Fact]
    public void A_drawn_seed_takes_the_place_of_the_saved_one()
    {
        Assert.Equal([("57:3", "seed", "Sampler")], SeedPlan.Of(Picture, CallValues.None, HiddenSeeds.Auto)
            .Select(s => (s.Node, s.Input, s.Tag)));
        var compiled = PromptCompiler.Compile(Picture, CallValues.None, [], [new("57:3", "seed", ulong.MaxValue)], CompileOptions.Plain);
        Assert.Equal(ulong.MaxValue, Parse(compiled).GetProperty("57:3").GetProperty("inputs").GetProperty("seed").GetUInt64());
    }

    [Fact]
    public void Several_pictures_become_a_batch_and_no_link_dangles() => Gen.Int[1, 12].Sample(count =>
    {
        var workflow = SmallCatalog.Read("""
            {"1":{"class_type":"Open","inputs":{"image":"example.png"},"_meta":{"title":"[input]"}},"2":{"class_type":"Invert","inputs":{"image":["1",0]}},
             "3":{"class_type":"Mix","inputs":{"one":["2",0],"two":["1",0],"mask":["1",1]}},"4":{"class_type":"Save","inputs":{"images":["3",0],"prefix":"p"}}}
            """);
        var values = new CallValues { Assignments = [new() { Node = "1", Input = "image", Files = [.. Enumerable.Range(0, count)] }] };
        var prompt = Parse(PromptCompiler.Compile(workflow, values, [.. Enumerable.Range(0, count).Select(i => $"comfyfunc/{i}.png")], [],
            CompileOptions.Plain));
        var ids = prompt.EnumerateObject().Select(p => p.Name).ToHashSet();
        var links = prompt.EnumerateObject().SelectMany(n => n.Value.GetProperty("inputs").EnumerateObject()).Select(i => i.Value)
            .Where(v => v.ValueKind is JsonValueKind.Array).ToArray();

        Assert.Equal(count, prompt.EnumerateObject().Count(n => n.Value.GetProperty("class_type").ValueEquals("Open")));
        Assert.Equal(count - 1, prompt.EnumerateObject().Count(n => n.Value.GetProperty("class_type").ValueEquals("ImageBatch")));
        Assert.All(links, l => Assert.Contains(l[0].GetString()!, ids));
    });

    [Fact]
    public void A_host_must_have_what_joins_a_batch()
    {
        var workflow =
            SmallCatalog.Read(
                """{"1":{"class_type":"Open","inputs":{"image":"example.png"},"_meta":{"title":"[input]"}},"2":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"p"}}}""");
        Assert.DoesNotContain("ImageBatch", NeedsOf(1));
        Assert.Contains("ImageBatch", NeedsOf(2));

        IEnumerable<string> NeedsOf(int files) => PromptCompiler.Compile(
            workflow, new() { Assignments = [new() { Node = "1", Input = "image", Files = [.. Enumerable.Range(0, files)] }] },
            ["a.png", "b.png"], [], CompileOptions.Plain).Requirements.Classes;
    }

    [Fact]
    public void A_cache_breaker_changes_output_nodes_and_nothing_else()
    {
        var plain = Compile(Picture, "{}");
        var broken = Parse(PromptCompiler.Compile(Picture, CallValues.None, [], [], new() { CacheBreaker = "again" }));
        Assert.Equal(["4"], plain.EnumerateObject().Where(n => n.Value.GetRawText() != broken.GetProperty(n.Name).GetRawText())
            .Select(n => n.Name));
    }

    [Fact]
    public void A_loader_to_keep_is_named_by_its_content()
    {
        var one = Assert.Single(CacheNodes.Of(PromptCompiler.Compile(Picture, CallValues.None, [], [], CompileOptions.Plain)));
        var renumbered = SmallCatalog.Read(SmallCatalog.Picture.Replace("\"1\"", "\"77\"", StringComparison.Ordinal));
        var other = Assert.Single(CacheNodes.Of(PromptCompiler.Compile(renumbered, CallValues.None, [], [], CompileOptions.Plain)));
        var injected =
            Parse(PromptCompiler.Compile(
                SmallCatalog.Read(
                    """{"1":{"class_type":"Make","inputs":{"color":1}},"2":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"p"}}}"""), CallValues.None, [], [], new() { CacheNodes = [one, other] }));

        Assert.Equal(one.Signature, other.Signature);
        Assert.Equal("a.safetensors", injected.GetProperty(one.Signature).GetProperty("inputs").GetProperty("file").GetString());
        Assert.Equal(3, injected.EnumerateObject().Count());
    }

    [Fact]
    public void What_a_host_lacks_is_named()
    {
        var needs = PromptCompiler.Compile(Picture, CallValues.None, [], [], CompileOptions.Plain).Requirements;
        var poor = NodeCatalog.Read(
            """{"Load":{"input":{"required":{"file":[["z.safetensors"],{}]}},"output":[]},"Text":{"output":[]},"Save":{"output":[]}}"""u8.ToArray());

        Assert.Empty(needs.MissingOn(SmallCatalog.Catalog));
        Assert.Equal(["node class Sample", "'a.safetensors' for Load.file"], needs.MissingOn(poor));
    }

    private static JsonElement Compile(Workflow workflow, string body)
    {
        var values = Values(workflow, body);
        return Parse(PromptCompiler.Compile(workflow, values, [], [], CompileOptions.Plain));
    }

    private static CallValues Values(Workflow workflow, string body) =>
        Assert.IsType<Binding.Valid>(ValueBinderTests.Bind(workflow, body)).Values;

    private static JsonElement Parse(CompiledPrompt prompt) => JsonElement.Parse(Encoding.UTF8.GetString(prompt.Json.Span));
}
