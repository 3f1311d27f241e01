using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Prompts;

/// <summary>Calls that choose in dynamic combos, and what contracts say of them.</summary>
public class CallChoiceTests
{
    private const string Size = """{"input":["make",0],"method":"area","mode":"size","mode.width":64,"mode.crop":"no"}""";

    // Each row: what a call sets of a node that is saved with mode = size, and what the node's inputs are then.
    [Theory]
    [InlineData("""{"mode.width":128}""", """{"input":["make",0],"method":"area","mode":"size","mode.width":128,"mode.crop":"no"}""")]
    [InlineData("""{"mode":"size"}""", Size)]
    [InlineData("""{"mode":"factor"}""", """{"input":["make",0],"method":"area","mode":"factor","mode.by":1.0,"mode.note":""}""")]
    [InlineData("""{"mode":"factor","mode.by":2.5}""", """{"input":["make",0],"method":"area","mode":"factor","mode.by":2.5,"mode.note":""}""")]
    [InlineData("""{"mode.by":2.5,"MODE":"factor"}""", """{"input":["make",0],"method":"area","mode":"factor","mode.by":2.5,"mode.note":""}""")]
    [InlineData("""{"mode":"wide"}""", """{"input":["make",0],"method":"area","mode":"wide","mode.width":2048}""")]
    [InlineData("""{"mode":"wide","mode.crop":null}""", """{"input":["make",0],"method":"area","mode":"wide","mode.width":2048}""")]
    [InlineData("""{"mode":"nested"}""", """{"input":["make",0],"method":"area","mode":"nested","mode.how":"plain"}""")]
    [InlineData("""{"mode":"nested","mode.how":"seeded","mode.how.seed":7}""",
        """{"input":["make",0],"method":"area","mode":"nested","mode.how":"seeded","mode.how.seed":7}""")]
    public void A_choice_brings_its_inputs(string sets, string inputs) => Assert.Equal(inputs, Compiled(Resize(Size, "[r]"), sets));

    [Fact]
    public void What_the_new_choice_takes_too_keeps_its_value() => Assert.Equal(
        """{"input":["make",0],"method":"area","mode":"wide","mode.width":1024}""",
        Compiled(Resize(Size.Replace("64", "1024", StringComparison.Ordinal), "[r]"), """{"mode":"wide"}"""));

    [Fact]
    public void What_the_new_choice_takes_too_keeps_its_link() => Assert.Equal(
        """{"input":["make",0],"method":"area","mode":"wide","mode.width":["number",0]}""",
        Compiled(Resize(Size.Replace("64", "[\"number\",0]", StringComparison.Ordinal), "[r]"), """{"mode":"wide"}"""));

    [Fact]
    public void A_choice_may_take_over_a_link_that_an_author_made()
    {
        var linked = """{"input":["make",0],"method":"area","mode":"match","mode.other":["make",0]}""";
        Assert.Equal("""{"input":["make",0],"method":"area","mode":"factor","mode.by":1.0,"mode.note":""}""",
            Compiled(Resize(linked, "[r]"), """{"mode":"factor"}"""));
    }

    // Each row: what a call sets, and the places and the beginnings of its faults.
    [Theory]
    [InlineData("""{"mode.by":2}""", "/r/mode.by mode.by of node n (Resize, '[r]') belongs to mode = 'factor', and mode is 'size'.")]
    [InlineData("""{"mode":"factor","mode.width":64}""", "/r/mode.width mode.width of node n (Resize, '[r]') belongs to mode = 'size' or 'wide', and mode is 'factor'.")]
    [InlineData("""{"mode":"huge"}""", "/r/mode 'huge' is none of ")]
    [InlineData("""{"mode":"match"}""", "/r/mode mode = 'match' wants mode.other of node n (Resize, '[r]'): a link to IMAGE,MASK, which")]
    [InlineData("""{"mode":"file"}""", "/r/mode mode = 'file' wants mode.model of node n (Resize, '[r]'): set it too.")]
    [InlineData("""{"mode":"wide","mode.width":64}""", "/r/mode.width 64 is less than the least allowed, 1024.")]
    [InlineData("""{"mode":"factor","mode.by":99,"mode.crop":"no","method":"soft"}""", "/r/mode.by 99", "/r/mode.crop mode.crop", "/r/method 'soft'")]
    [InlineData("""{"mode.unheard":1}""", "/r/mode.unheard 'r' has no input 'mode.unheard'")]
    public void What_ComfyUI_would_fail_at_is_refused(string sets, params string[] beginnings)
    {
        var faults = Assert.IsType<Binding.Invalid>(Bind(Resize(Size, "[r]"), sets)).Faults;
        Assert.Equal(beginnings.Length, faults.Length);
        Assert.All(beginnings.Zip(faults),
            f => Assert.StartsWith(f.First, $"{f.Second.Pointer} {f.Second.Detail}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_choice_that_a_call_bypasses_needs_nothing() => Assert.IsType<Binding.Valid>(ValueBinder.Bind(
        DynamicCatalog.Read(JsonElement.Parse(DynamicCatalog.Prompt("Resize", Size, "[r][b:]").GetRawText())),
        JsonElement.Parse("""{"r":{"mode":"match"},"b":false}"""), new()));

    [Fact]
    public void The_combo_and_what_its_choices_bring_are_inputs_of_the_contract()
    {
        var inputs = Resize(Size, "[r]").Contract.Tags[0].Inputs;
        Assert.Equal(
            ["mode:ENUM", "mode.width:INT", "mode.crop:ENUM", "method:ENUM", "mode.by:FLOAT", "mode.note:STRING", "mode.how:ENUM",
                "mode.how.seed:INT", "mode.model:ENUM"],
            inputs.Select(i => $"{i.Name}:{i.Type}"));
        Assert.Equal(["size", "factor", "wide", "nested", "file"], inputs[0].Options!.Value.Select(o => o.GetString()));
        Assert.Equal((16m, 4096m, 64), (inputs[1].Min, inputs[1].Max, inputs[1].Default!.Value.GetInt32()));
        Assert.Equal("mode size,wide True", Shown(inputs[1].OfChoice));
        Assert.Equal("mode factor False", Shown(inputs[4].OfChoice));
        Assert.Equal("mode.how seeded False", Shown(inputs[7].OfChoice));
        Assert.True(inputs[7].Seed);
    }

    [Fact]
    public void An_input_whose_choice_calls_cannot_change_is_as_the_choice_has_it()
    {
        var input = Assert.Single(Resize(Size, "[r:mode.width]").Contract.Tags[0].Inputs);
        Assert.Equal(("mode.width", "INT", 16m, 1024m, 64, null),
            (input.Name, input.Type, input.Min, input.Max, input.Default!.Value.GetInt32(), input.OfChoice));
    }

    [Theory]
    [InlineData("[r:mode.by]", "which the node does not have. mode.by of node n (Resize, '[r:mode.by]') belongs to mode = 'factor', and mode is 'size'.")]
    [InlineData("[r:mode,mode.by]", null)]
    [InlineData("[r:images.image0]", "which the node does not have. It has input, mode, mode.width, mode.crop, method.")]
    public void A_listed_input_of_another_choice_goes_with_its_combo(string title, string? end)
    {
        var findings = DynamicCatalog.Findings(DynamicCatalog.Prompt("Resize", Size, title));
        Assert.Equal(end is null ? 0 : 1, findings.Length);
        Assert.EndsWith(end ?? "", findings.FirstOrDefault() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_several_types_is_of_its_widget() =>
        Assert.Equal(["rate:FLOAT", "tags:ENUM", "extra:ENUM", "extra.n:INT"],
            Node("Rate", """{"rate":5,"tags":"a"}""", "[r]").Contract.Tags[0].Inputs.Select(i => $"{i.Name}:{i.Type}"));

    [Fact]
    public void Sockets_of_a_group_are_no_inputs_of_the_contract() =>
        Assert.Empty(Node("Batch", """{"images.image0":["make",0],"images.image1":["make",0]}""", "[r]").Contract.Tags[0].Inputs);

    [Fact]
    public void A_seed_of_a_choice_is_drawn_for_each_run()
    {
        var workflow = Resize(Size, "[r]");
        var values = Assert.IsType<Binding.Valid>(Bind(workflow, """{"mode":"nested","mode.how":"seeded"}""")).Values;
        var seed = Assert.Single(SeedPlan.Of(workflow, values, HiddenSeeds.Auto));
        Assert.Equal(("n", "mode.how.seed", SeedOrigin.Drawn, 99m), (seed.Node, seed.Input, seed.Origin, seed.Most));
        Assert.Empty(SeedPlan.Of(workflow, CallValues.None, HiddenSeeds.Auto));
    }

    private static string Shown(ContractChoice? choice) =>
        choice is null ? "" : $"{choice.Input} {string.Join(',', choice.Values)} {choice.IsSaved}";

    private static Workflow Resize(string inputs, string title) => Node("Resize", inputs, title);

    private static Workflow Node(string nodeClass, string inputs, string title) =>
        DynamicCatalog.Read(DynamicCatalog.Prompt(nodeClass, inputs, title));

    private static Binding Bind(Workflow workflow, string sets) =>
        ValueBinder.Bind(workflow, JsonElement.Parse($$"""{"r":{{sets}}}"""), new());

    private static string Compiled(Workflow workflow, string sets)
    {
        var bound = Bind(workflow, sets);
        Assert.True(bound is Binding.Valid, string.Join('\n', (bound as Binding.Invalid)?.Faults ?? []));
        var prompt = PromptCompiler.Compile(workflow, ((Binding.Valid)bound).Values, [], [], CompileOptions.Plain);
        return JsonElement.Parse(prompt.Json.Span).GetProperty("n").GetProperty("inputs").GetRawText();
    }
}
