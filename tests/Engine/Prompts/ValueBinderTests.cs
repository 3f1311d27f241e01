using System.Text.Json;
using ComfyFunc.Prompts;
using ComfyFunc.Workflows;
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
    [InlineData("{}")]
    public void What_fits_is_bound(string body) => Assert.IsType<Binding.Valid>(Bind(Picture, body));

    [Theory]
    [InlineData("""{"Sampler":{"seed":-1}}""", "/Sampler/seed", "least allowed")]
    [InlineData("""{"Sampler":{"steps":101}}""", "/Sampler/steps", "most allowed")]
    [InlineData("""{"Sampler":{"steps":1.5}}""", "/Sampler/steps", "whole number")]
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
        Assert.Equal(("invalid_input", pointer), (fault.Code, fault.Pointer));
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(520, true)]
    [InlineData(65, false)]
    public void A_step_is_kept(int width, bool fits)
    {
        var sized = SmallCatalog.Read("""{"1":{"class_type":"Size","inputs":{"width":512},"_meta":{"title":"[size]"}},"2":{"class_type":"Make","inputs":{"color":1}},"3":{"class_type":"Save","inputs":{"images":["2",0],"prefix":"p"}}}""");
        Assert.Equal(fits, Bind(sized, $$$"""{"size":{"width":{{{width}}}}}""") is Binding.Valid);
    }

    [Fact]
    public void As_many_faults_are_reported_as_were_made() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5]).Sample((unknownTags, unknownInputs) =>
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
            {"1":{"class_type":"Make","inputs":{"color":1},"_meta":{"title":"[both]"}},"2":{"class_type":"Make","inputs":{"color":2},"_meta":{"title":"[Both]"}},"5":{"class_type":"Size","inputs":{"width":512},"_meta":{"title":"[both]"}},
             "3":{"class_type":"Mix","inputs":{"one":["1",0],"two":["2",0]}},"4":{"class_type":"Save","inputs":{"images":["3",0],"prefix":"p"}}}
            """);
        var bound = Assert.IsType<Binding.Valid>(Bind(workflow, """{"both":{"color":9,"width":64}}"""));

        Assert.Equal([("1", "color"), ("2", "color"), ("5", "width")], bound.Values.Assignments.Select(a => (a.Node, a.Input)));
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

    internal static Binding Bind(Workflow workflow, string body) => ValueBinder.Bind(workflow, JsonElement.Parse(body), new BindLimits { MaxFileBytes = 300, MaxBatch = 3 });
}
