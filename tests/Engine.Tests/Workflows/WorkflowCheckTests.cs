using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class WorkflowCheckTests
{
    [Fact]
    public void Every_fault_is_found_at_once() => Assert.Equal(
        ["/2/inputs/clip", "/2/inputs/text", "/3", "/5/inputs/images", "/6/inputs/positive"],
        SmallCatalog.Faults("""
            {"2":{"class_type":"Text","inputs":{"clip":["9",0]}},"3":{"inputs":{}},"4":{"class_type":"Make","inputs":{"color":1}},"5":{"class_type":"Save","inputs":{"images":["4",3],"prefix":"x"}},
             "1":{"class_type":"Load","inputs":{"file":"a.safetensors"}},"6":{"class_type":"Sample","inputs":{"model":["1",0],"seed":7,"steps":20,"cfg":7,"name":"euler","flag":true,"positive":["2",5]}},
             "7":{"class_type":"Save","inputs":{"images":["6",0],"prefix":"x"}}}
            """));

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"nodes":[],"links":[]}""")]
    [InlineData("""{"1":{"class_type":"Make","inputs":{"color":1}}}""")]
    public void What_returns_nothing_is_refused(string prompt) => Assert.Equal([""], SmallCatalog.Faults(prompt));

    [Fact]
    public void Links_that_lead_back_are_refused() => Assert.Contains(
        SmallCatalog.Faults(
            """{"1":{"class_type":"Invert","inputs":{"image":["2",0]}},"2":{"class_type":"Invert","inputs":{"image":["1",0]}},"3":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"x"}}}"""),
        p => p is "/1" or "/2");

    [Fact]
    public void A_tag_that_lists_what_its_node_lacks_is_refused() => Assert.Equal(
        ["/1/_meta/title"],
        SmallCatalog.Faults(
            """{"1":{"class_type":"Make","inputs":{"color":1},"_meta":{"title":"[a:colour]"}},"2":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"x"}}}"""));

    [Fact]
    public void A_bypass_that_starves_a_required_input_is_refused() => Assert.Equal(
        ["/2/inputs/images"],
        SmallCatalog.Faults(
            """{"1":{"class_type":"Make","inputs":{"color":1},"_meta":{"title":"[!bypass]"}},"2":{"class_type":"Save","inputs":{"images":["1",0],"prefix":"x"}}}"""));

    [Fact]
    public void The_contract_has_types_ranges_and_defaults()
    {
        var contract = SmallCatalog.Read(SmallCatalog.Picture).Contract;
        var sampler = contract.Tags.Single(t => t.Name == "Sampler");

        Assert.Equal(["seed", "steps", "cfg", "name", "flag"], sampler.Inputs.Select(i => i.Name));
        Assert.Equal(["INT", "INT", "FLOAT", "ENUM", "BOOLEAN"], sampler.Inputs.Select(i => i.Type));
        Assert.Equal((18446744073709551615m, 7), (sampler.Inputs[0].Max, sampler.Inputs[0].Default!.Value.GetInt32()));
        Assert.Equal(("picture", "image"), (contract.Outputs[0].Tag, contract.Outputs[0].Kind));
        Assert.Empty(contract.Tags.Single(t => t.Name == "picture").Inputs);
    }

    [Fact]
    public void Without_output_tags_every_output_node_returns_under_its_id()
    {
        var workflow = SmallCatalog.Read(SmallCatalog.Picture.Replace("[picture]", "", StringComparison.Ordinal));
        Assert.Equal("4", Assert.Single(workflow.Outputs).Tag);
    }

    [Fact]
    public void The_same_prompt_has_the_same_hash_however_it_is_written()
    {
        var compact = JsonSerializer.Serialize(JsonElement.Parse(SmallCatalog.Picture));
        Assert.Equal(SmallCatalog.Read(SmallCatalog.Picture).ContentHash, SmallCatalog.Read(compact).ContentHash);
        Assert.NotEqual(SmallCatalog.Read(SmallCatalog.Picture).ContentHash,
            SmallCatalog.Read(SmallCatalog.Picture.Replace("hill", "lake", StringComparison.Ordinal)).ContentHash);
    }

    [Fact]
    public void What_is_stored_reads_back_as_the_same_workflow()
    {
        var workflow = SmallCatalog.Read(SmallCatalog.Picture);
        var again = SmallCatalog.Read(System.Text.Encoding.UTF8.GetString(workflow.PromptJson));
        Assert.Equal(workflow.ContentHash, again.ContentHash);
    }

    [Fact]
    public void A_caller_is_told_what_breaks()
    {
        var before = SmallCatalog.Read(SmallCatalog.Picture).Contract;
        var after = SmallCatalog.Read(SmallCatalog.Picture.Replace("[Sampler]", "[Sampler:steps]", StringComparison.Ordinal)
            .Replace("[picture]", "[image]", StringComparison.Ordinal)).Contract;
        var differences = Contract.Compare(before, after);

        Assert.Contains(differences, d => d is { Kind: "inputRemoved", Pointer: "/Sampler/seed", IsBreaking: true });
        Assert.Contains(differences, d => d is { Kind: "outputRemoved", IsBreaking: true });
        Assert.Contains(differences, d => d is { Kind: "outputAdded", IsBreaking: false });
        Assert.Empty(Contract.Compare(before, before));
    }
}
