using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>Tags on nodes that are not in the prompt: callers set by them what those nodes set.</summary>
public sealed class CarriedTagTests
{
    private const string Save = """{"id":90,"type":"SaveImage","inputs":[{"name":"images","type":"IMAGE","link":90}],"widgets_values":["x"]}""";
    private const string Make = """{"id":10,"type":"Make","inputs":[{"name":"width","type":"INT","link":50,"widget":{"name":"width"}}],"widgets_values":[1,2]}""";
    private const string SavedMake = """[90,10,0,90,0,"IMAGE"]""";

    public static TheoryData<string, string, string, string> Graphs => new()
    {
        {
            "a primitive",
            $$"""{"id":1,"type":"PrimitiveNode","title":"Size [size]","outputs":[{"name":"INT","type":"INT","links":[50]}],"widgets_values":[5,"fixed"]},{{Make}}""",
            $$"""[50,1,0,10,0,"INT"],{{SavedMake}}""",
            "size.value 10.width 5"
        },
        {
            "a reroute behind a primitive",
            $$"""
            {"id":1,"type":"PrimitiveNode","outputs":[{"name":"INT","type":"INT","links":[49]}],"widgets_values":[5,"fixed"]},
            {"id":2,"type":"Reroute","title":"[size]","inputs":[{"name":"","type":"*","link":49}],"outputs":[{"name":"","type":"INT","links":[50]}]},{{Make}}
            """,
            $$"""[49,1,0,2,0,"INT"],[50,2,0,10,0,"INT"],{{SavedMake}}""",
            "size.value 10.width 5"
        },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void What_hands_a_value_on_names_it(string what, string nodes, string links, string input)
    {
        Assert.NotEmpty(what);
        Assert.Equal([input], InputsOf(Workflow($$"""{"nodes":[{{nodes}},{{Save}}],"links":[{{links}}]}""")));
    }

    [Fact]
    public void An_instance_names_its_promoted_inputs_by_their_own_names()
    {
        var workflow = Workflow(Instance("Maker [maker]"));

        Assert.Equal(["maker.breadth 1:7.width 3", "maker.tall 1:7.height 4"], InputsOf(workflow));
        var bound = Assert.IsType<Binding.Valid>(ValueBinder.Bind(workflow, JsonElement.Parse("""{"maker":{"breadth":77}}"""), new()));
        Assert.Equal(("1:7", "width", 77), bound.Values.Assignments is [var one] ? (one.Node, one.Input, one.Value!.Value.GetInt32()) : default);
    }

    [Fact]
    public void A_list_of_an_instance_names_some_of_them() =>
        Assert.Equal(["maker.tall 1:7.height 4"], InputsOf(Workflow(Instance("Maker [maker:tall]"))));

    [Fact]
    public void A_name_that_the_instance_does_not_have_is_told_of() => Assert.Contains(
        GraphConverter.Convert(JsonElement.Parse(Instance("[maker:tall,deep]")), GraphGoldens.Catalog).Report,
        f => f is { Rule: "G9", Node: "1" } && f.Message.Contains("deep", StringComparison.Ordinal));

    [Theory]
    [InlineData("[!bypass]", "bypass")]
    [InlineData("!cache", "cache")]
    public void A_mark_on_an_instance_is_told_of(string title, string mark) => Assert.Contains(
        GraphConverter.Convert(JsonElement.Parse(Instance(title)), GraphGoldens.Catalog).Report,
        f => f is { Rule: "G9", Node: "1" } && f.Message.Contains(mark, StringComparison.Ordinal));

    [Fact]
    public void An_instance_within_another_names_what_goes_through_it()
    {
        var workflow = Workflow(Nested);

        Assert.Equal(["inner.breadth 1:5:7.width 3", "outer.wide 1:5:7.width 3"], InputsOf(workflow));
    }

    [Fact]
    public void Inner_widgets_of_one_name_that_an_older_file_proxies_are_told_apart()
    {
        var workflow = Workflow("""
            {"nodes":[
              {"id":1,"type":"dddd0001-0000-4000-8000-000000000001","title":"[maker]","outputs":[{"name":"IMAGE","type":"IMAGE","links":[90]}],
               "widgets_values":[7,8],"properties":{"proxyWidgets":[["7","width"],["8","width"]]}},
              {"id":90,"type":"SaveImage","inputs":[{"name":"images","type":"IMAGE","link":90}],"widgets_values":["x"]}],
             "links":[[90,1,0,90,0,"IMAGE"]],
             "definitions":{"subgraphs":[{"id":"dddd0001-0000-4000-8000-000000000001","name":"M","inputs":[],
               "outputs":[{"id":"o","name":"IMAGE","type":"IMAGE","linkIds":[2]}],
               "nodes":[{"id":7,"type":"Make","widgets_values":[1,2],"outputs":[{"name":"IMAGE","type":"IMAGE","links":[2]}]},
                        {"id":8,"type":"Make","widgets_values":[3,4]}],
               "links":[{"id":2,"origin_id":7,"origin_slot":0,"target_id":-20,"target_slot":0,"type":"IMAGE"}]}]}}
            """);

        Assert.Equal(["maker.width 1:7.width 7", "maker.width_1 1:8.width 8"], InputsOf(workflow));
    }

    [Fact]
    public void A_tag_of_an_instance_bypasses_nothing()
    {
        var workflow = Workflow(Instance("[maker]"));

        Assert.False(workflow.Contract.Tags.Single().CanBypass);
        var fault = Assert.Single(Assert.IsType<Binding.Invalid>(ValueBinder.Bind(workflow, JsonElement.Parse("""{"maker":false}"""), new())).Faults);
        Assert.Equal("/maker", fault.Pointer);
    }

    [Fact]
    public void What_is_stored_is_read_again()
    {
        var workflow = Workflow(Instance("[maker]"));
        var again = ComfyFunc.Engine.Workflows.Workflow.Load(JsonElement.Parse(workflow.PromptJson), GraphGoldens.Catalog);

        Assert.Equal(InputsOf(workflow), InputsOf(again));
        Assert.Equal(workflow.ContentHash, again.ContentHash);
    }

    [Fact]
    public void A_browsers_prompt_gets_the_tags_where_it_has_the_value()
    {
        var conversion = GraphConverter.Convert(JsonElement.Parse(Instance("[maker]")), GraphGoldens.Catalog);
        var linked = JsonElement.Parse("""
            {"1:7":{"class_type":"Make","inputs":{"width":["3",0],"height":9}},"90":{"class_type":"SaveImage","inputs":{"images":["1:7",0],"filename_prefix":"x"}}}
            """);
        var noted = PromptNotes.Write(linked, conversion);

        Assert.Equal("""{"comfyfunc":{"tags":[{"tag":"maker","name":"tall","input":"height"}]}}""",
            noted.GetProperty("1:7").GetProperty("_meta").GetRawText());
    }

    [Theory]
    [InlineData("""{"tags":[{"tag":"a","name":"b"}]}""", "/10/_meta/comfyfunc/tags")]
    [InlineData("""{"tags":[{"tag":"a","name":"b","input":"deep"}]}""", "/10/_meta/comfyfunc/tags")]
    [InlineData("""{"tags":[{"tag":"untagged","name":"b","input":"width"}]}""", "/10/_meta/comfyfunc/tags")]
    [InlineData("""{"dynamicPrompts":"width"}""", "/10/_meta/comfyfunc/dynamicPrompts")]
    [InlineData("""{"dates":[1]}""", "/10/_meta/comfyfunc/dates")]
    [InlineData("""{"fixedSeeds":{}}""", "/10/_meta/comfyfunc/fixedSeeds")]
    [InlineData("""{"tag":[]}""", "/10/_meta/comfyfunc/tag")]
    [InlineData("1", "/10/_meta/comfyfunc")]
    public void Notes_that_cannot_be_read_are_refused(string notes, string pointer)
    {
        var check = ComfyFunc.Engine.Workflows.Workflow.Check(
            JsonElement.Parse($$$"""
                {"10":{"class_type":"Make","inputs":{"width":1,"height":2},"_meta":{"title":"x","comfyfunc":{{{notes}}} }},
                 "90":{"class_type":"SaveImage","inputs":{"images":["10",0],"filename_prefix":"x"} } }
                """),
            GraphGoldens.Catalog);

        Assert.Equal([pointer], Assert.IsType<WorkflowCheck.Invalid>(check).Faults.Select(f => f.Pointer));
    }

    private static string Instance(string title) => $$$"""
        {"nodes":[
          {"id":1,"type":"dddd0001-0000-4000-8000-000000000001","title":"{{{title}}}",
           "inputs":[{"name":"breadth","type":"INT","link":null,"widget":{"name":"breadth"}},{"name":"tall","type":"INT","link":null,"widget":{"name":"tall"}}],
           "outputs":[{"name":"IMAGE","type":"IMAGE","links":[90]}],"widgets_values":[3,4]},
          {{{Save}}}],
         "links":[[90,1,0,90,0,"IMAGE"]],
         "definitions":{"subgraphs":[{{{Maker}}}
           ]}}
        """;

    private const string Maker = """
        {"id":"dddd0001-0000-4000-8000-000000000001","name":"Maker",
         "inputs":[{"id":"a","name":"breadth","type":"INT","linkIds":[1]},{"id":"b","name":"tall","type":"INT","linkIds":[3]}],
         "outputs":[{"id":"o","name":"IMAGE","type":"IMAGE","linkIds":[2]}],
         "nodes":[{"id":7,"type":"Make","inputs":[{"name":"width","type":"INT","link":1,"widget":{"name":"width"}},{"name":"height","type":"INT","link":3,"widget":{"name":"height"}}],
                   "outputs":[{"name":"IMAGE","type":"IMAGE","links":[2]}],"widgets_values":[64,32]}],
         "links":[{"id":1,"origin_id":-10,"origin_slot":0,"target_id":7,"target_slot":0,"type":"INT"},
                  {"id":3,"origin_id":-10,"origin_slot":1,"target_id":7,"target_slot":1,"type":"INT"},
                  {"id":2,"origin_id":7,"origin_slot":0,"target_id":-20,"target_slot":0,"type":"IMAGE"}]}
        """;

    private const string Nested = $$$"""
        {"nodes":[
          {"id":1,"type":"dddd0002-0000-4000-8000-000000000002","title":"[outer]",
           "inputs":[{"name":"wide","type":"INT","link":null,"widget":{"name":"wide"}}],
           "outputs":[{"name":"IMAGE","type":"IMAGE","links":[90]}],"widgets_values":[3]},
          {{{Save}}}],
         "links":[[90,1,0,90,0,"IMAGE"]],
         "definitions":{"subgraphs":[{{{Maker}}},
          {"id":"dddd0002-0000-4000-8000-000000000002","name":"Outer","inputs":[{"id":"w","name":"wide","type":"INT","linkIds":[1]}],
           "outputs":[{"id":"o","name":"IMAGE","type":"IMAGE","linkIds":[2]}],
           "nodes":[{"id":5,"type":"dddd0001-0000-4000-8000-000000000001","title":"[inner:breadth]",
             "inputs":[{"name":"breadth","type":"INT","link":1,"widget":{"name":"breadth"}},{"name":"tall","type":"INT","link":null,"widget":{"name":"tall"}}],
             "outputs":[{"name":"IMAGE","type":"IMAGE","links":[2]}],"widgets_values":[9,8]}],
           "links":[{"id":1,"origin_id":-10,"origin_slot":0,"target_id":5,"target_slot":0,"type":"INT"},
                    {"id":2,"origin_id":5,"origin_slot":0,"target_id":-20,"target_slot":0,"type":"IMAGE"}]}]}}
        """;

    private static Workflow Workflow(string graph)
    {
        var conversion = GraphConverter.Convert(JsonElement.Parse(graph), GraphGoldens.Catalog);
        Assert.DoesNotContain(conversion.Report, f => f.Severity is GraphSeverity.Refused);
        var check = ComfyFunc.Engine.Workflows.Workflow.Check(
            PromptNotes.Write(conversion.Prompt!.Value, conversion), GraphGoldens.Catalog);
        return check is WorkflowCheck.Valid valid ? valid.Workflow
            : throw new Xunit.Sdk.XunitException(string.Join('\n', ((WorkflowCheck.Invalid)check).Faults));
    }

    private static JsonElement Call(string tag, string input) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, object> { [tag] = new Dictionary<string, int> { [input] = 12 } });

    private static ImmutableArray<string> InputsOf(Workflow workflow) =>
    [
        .. from tag in workflow.Contract.Tags.OrderBy(t => t.Name, StringComparer.Ordinal)
           from input in tag.Inputs
           let bound = (Binding.Valid)ValueBinder.Bind(workflow, Call(tag.Name, input.Name), new())
           from assignment in bound.Values.Assignments
           select $"{tag.Name}.{input.Name} {assignment.Node}.{assignment.Input} {input.Default}",
    ];
}
