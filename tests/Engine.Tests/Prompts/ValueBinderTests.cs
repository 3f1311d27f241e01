using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Prompts;

public class ValueBinderTests
{
    private static readonly Workflow Picture = SmallCatalog.Read(SmallCatalog.Picture);

    [Theory]
    [InlineData("""{"sampler":{"SEED":18446744073709551615}}""")]
    [InlineData("""{" Sampler ":{"steps":20.0,"cfg":7}}""")]
    [InlineData("""{"Sampler":{"name":"heun","flag":false},"text":{"text":"x"}}""")]
    [InlineData("""{"Sampler":null,"text":true}""")]
    [InlineData("""{"text":{"text":null}}""")]
    [InlineData("""{"text":null,"Sampler":{"seed":null,"steps":null,"cfg":null,"name":null,"flag":null}}""")]
    [InlineData("""{"Sampler":{"cfg":1e1,"steps":2e1}}""")]
    [InlineData("{}")]
    public void What_fits_is_bound(string body) => Assert.IsType<Binding.Valid>(Bind(Picture, body));

    [Theory]
    [InlineData("""{"Sampler":{"seed":-1}}""", "/Sampler/seed", "least allowed")]
    [InlineData("""{"Sampler":{"steps":101}}""", "/Sampler/steps", "most allowed")]
    [InlineData("""{"Sampler":{"steps":1.5}}""", "/Sampler/steps", "whole number")]
    [InlineData("""{"Sampler":{"steps":1e300}}""", "/Sampler/steps", "whole number")]
    [InlineData("""{"Sampler":{"cfg":1e300}}""", "/Sampler/cfg", "out of any range")]
    [InlineData("""{"Sampler":{"name":"https://example.org/a.safetensors"}}""", "/Sampler/name", "[tag:input=file]")]
    [InlineData("""{"Sampler":{"name":"data:video/mp4;base64,AAAA"}}""", "/Sampler/name", "[tag:input=file]")]
    [InlineData("""{"Sampler":{"name":{"type":"file","url":"https://example.org/a.mp4"}}}""", "/Sampler/name", "[tag:input=file]")]
    [InlineData("""{"Sampler":{"steps":"20"}}""", "/Sampler/steps", "not a string")]
    [InlineData("""{"Sampler":{"flag":1}}""", "/Sampler/flag", "True or false")]
    [InlineData("""{"Sampler":{"name":"eulr"}}""", "/Sampler/name", "none of euler, heun")]
    [InlineData("""{"Sampler":{"stps":2}}""", "/Sampler/stps", "Did you mean 'steps'")]
    [InlineData("""{"Sampler":{"model":"x"}}""", "/Sampler/model", "no input 'model'")]
    [InlineData("""{"Sampler":[1]}""", "/Sampler", "takes an object")]
    [InlineData("""{"Samplr":{}}""", "/Samplr", "Did you mean 'Sampler'")]
    [InlineData("""{"a/b~c":{}}""", "/a~1b~0c", "no tag")]
    [InlineData("[]", "", "object of tags")]
    public void What_does_not_fit_is_said_with_its_place(string body, string pointer, string words)
    {
        var fault = Assert.Single(Assert.IsType<Binding.Invalid>(Bind(Picture, body)).Faults);
        Assert.Equal((FaultCode.InvalidInput, pointer), (fault.Code, fault.Pointer));
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(65, true)]
    [InlineData(1024, true)]
    [InlineData(15, false)]
    [InlineData(1025, false)]
    public void A_step_is_a_hint_and_a_range_a_rule(int width, bool fits)
    {
        var sized = SmallCatalog.Read(
            """{"1":{"class_type":"Size","inputs":{"width":512},"_meta":{"title":"[size]"}},"2":{"class_type":"Make","inputs":{"color":1}},"3":{"class_type":"Save","inputs":{"images":["2",0],"prefix":"p"}}}""");
        Assert.Equal(fits, Bind(sized, $$$"""{"size":{"width":{{{width}}}}}""") is Binding.Valid);
    }

    [Fact]
    public void As_many_faults_are_reported_as_were_made() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5]).Sample((unknownTags, unknownInputs) =>
    {
        var tags = Enumerable.Range(0, unknownTags).Select(i => $"\"nobody{i}\":{{}}");
        var inputs = string.Join(",", Enumerable.Range(0, unknownInputs).Select(i => $"\"nothing{i}\":1"));
        var body = $"{{{string.Join(",", tags.Append($"\"Sampler\":{{{inputs}}}"))}}}";
        var faults = Bind(Picture, body) is Binding.Invalid invalid ? invalid.Faults.Length : 0;

        Assert.Equal(unknownTags + unknownInputs, faults);
    });

    [Fact]
    public void A_value_goes_to_every_node_of_the_tag_that_has_the_input()
    {
        var workflow = SmallCatalog.Read("""
            {"1":{"class_type":"Make","inputs":{"color":1},"_meta":{"title":"[both]"}},"2":{"class_type":"Make","inputs":{"color":2},"_meta":{"title":"[both]"}},"5":{"class_type":"Size","inputs":{"width":512},"_meta":{"title":"[both]"}},
             "3":{"class_type":"Mix","inputs":{"one":["1",0],"two":["2",0]}},"4":{"class_type":"Save","inputs":{"images":["3",0],"prefix":"p"}}}
            """);
        var bound = Assert.IsType<Binding.Valid>(Bind(workflow, """{"both":{"color":9,"width":64}}"""));

        Assert.Equal([("1", "color"), ("2", "color"), ("5", "width")], bound.Values.Assignments.Select(a => (a.Node, a.Input)));
    }

    [Theory]
    [InlineData("50", "")]
    [InlineData("50.5", "node 1 (Small, '[size]')|node 2 (Large, '[size]')")]
    [InlineData("500", "node 1 (Small, '[size]')")]
    [InlineData("5000", "node 1 (Small, '[size]')|node 2 (Large, '[size]')|node 3 (Rough, '[size]')")]
    [InlineData("\"wide\"", "node 1 (Small, '[size]')|node 2 (Large, '[size]')|node 3 (Rough, '[size]')")]
    public void A_value_must_fit_each_node_of_the_tag_that_has_the_input(string width, string violated)
    {
        var catalog = NodeCatalog.Read("""
            {
              "Small":{"input":{"required":{"width":["INT",{"min":0,"max":100}]}},"output":["IMAGE"]},"Large":{"input":{"required":{"width":["INT",{"min":0,"max":1000}]}},"output":["IMAGE"]},
              "Rough":{"input":{"required":{"width":["FLOAT",{"min":0,"max":1000}]}},"output":["IMAGE"]},"Other":{"input":{"required":{"height":["INT",{}]}},"output":["IMAGE"]},
              "Save":{"input":{"required":{"images":["IMAGE"]}},"output":[],"output_node":true}
            }
            """u8.ToArray());
        var workflow = Assert.IsType<WorkflowCheck.Valid>(Workflow.Check(
            JsonElement.Parse("""
                {"1":{"class_type":"Small","inputs":{"width":1},"_meta":{"title":"[size]"}},"2":{"class_type":"Large","inputs":{"width":1},"_meta":{"title":"[size]"}},"3":{"class_type":"Rough","inputs":{"width":1.0},"_meta":{"title":"[size]"}},
                 "4":{"class_type":"Other","inputs":{"height":1},"_meta":{"title":"[size]"}},"5":{"class_type":"Save","inputs":{"images":["1",0]}},"6":{"class_type":"Save","inputs":{"images":["2",0]}},"7":{"class_type":"Save","inputs":{"images":["3",0]}},"8":{"class_type":"Save","inputs":{"images":["4",0]}}}
                """),
            catalog)).Workflow;
        var faults = Bind(workflow, $$$"""{"size":{"width":{{{width}}}}}""") is Binding.Invalid invalid ? invalid.Faults : [];

        Assert.Equal(violated.Split('|', StringSplitOptions.RemoveEmptyEntries),
            faults.Select(f => f.Detail["For ".Length..f.Detail.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(faults, f => Assert.Equal("/size/width", f.Pointer));
    }

    [Theory]
    [InlineData("ANY", """{"on":true,"lora":"x.safetensors","strength":1.5,"more":[1,{"a":null}]}""", null)]
    [InlineData("ANY", "[1,2,3]", null)]
    [InlineData("*", "7", null)]
    [InlineData("ANY", """["4",0]""", "link")]
    [InlineData("ANY", "[4,0.5]", "link")]
    [InlineData("ANY", "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested")]
    [InlineData("ANY", "LONG", "longer")]
    [InlineData("INT", "18446744073709551615", null)]
    [InlineData("INT", "-9223372036854775808", null)]
    [InlineData("INT", "18446744073709551616", "most allowed")]
    [InlineData("INT", "99999999999999999999999999999", "whole number")]
    [InlineData("MODEL", """{"a":1}""", "string, number or boolean")]
    public void A_value_without_a_range_is_taken_as_far_as_it_can_reach_the_node(string type, string value, string? words)
    {
        var fault = ScalarCheck.Of(new() { Name = "x", Type = type, IsRequired = false },
            JsonElement.Parse(value.Replace("LONG", $"\"{new string('x', 70_000)}\"", StringComparison.Ordinal)));
        if (words is null)
        {
            Assert.Null(fault);
        }
        else
        {
            Assert.Contains(words, fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_bypass_by_call_that_starves_a_node_is_refused()
    {
        var fault = Assert.Single(Assert.IsType<Binding.Invalid>(Bind(Picture, """{"text":false}""")).Faults);
        Assert.Equal("/text", fault.Pointer);
        Assert.Contains("positive", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_survive_storage()
    {
        var bound = Assert.IsType<Binding.Valid>(Bind(Picture, """{"Sampler":{"seed":1,"cfg":2.5},"text":{"text":"ä\n"}}"""));
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var stored = JsonSerializer.Serialize(bound.Values, options);

        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize<CallValues>(stored, options), options));
    }

    internal static Binding Bind(Workflow workflow, string body) =>
        ValueBinder.Bind(workflow, JsonElement.Parse(body), new BindLimits { MaxFileBytes = 300, MaxBatch = 3 });
}
