using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>Which outputs come back under which names, and what tags on nodes that compute and show let callers set.</summary>
public class TaggedOutputTests
{
    private const string Sampler = """
        {"1":{"class_type":"Model","inputs":{"ckpt":"a.safetensors"}},
         "3":{"class_type":"Shown","inputs":{"model":["1",0],"seed":1,"steps":5,"method":"euler"},"_meta":{"title":"TITLE"}},
         "4":{"class_type":"SaveImage","inputs":{"images":["3",1],"filename_prefix":"p"},"_meta":{"title":"SAVE"}}}
        """;

    [Theory]
    [InlineData("x [s]", "Save", "seed,steps,method", "3:3 4:4")]
    [InlineData("x [s!]", "Save", "seed,steps,method", "s:3 untagged:4")]
    [InlineData("x [s!:steps]", "Save", "steps", "s:3 untagged:4")]
    [InlineData("x [s:]", "Save", "", "s:3 untagged:4")]
    [InlineData("x #s", "Save", "", "s:3 untagged:4")]
    [InlineData("x [s]", "[s]", "seed,steps,method", "s:4 untagged:3")]
    [InlineData("x [s] #t", "[p]", "seed,steps,method", "t:3 p:4")]
    [InlineData("Sampler [Show]", "[p]", "-", "p:4 untagged:3")]
    public void A_node_that_computes_and_shows_exposes_its_inputs(string title, string save, string inputs, string outputs)
    {
        var contract = Read(title, save).Contract;
        var tag = contract.Tags.FirstOrDefault(t => t.Nodes.Any(n => n.Id == "3"));
        Assert.Equal((inputs, outputs),
            (tag is null ? "-" : string.Join(",", tag.Inputs.Select(i => i.Name)),
                string.Join(" ", contract.Outputs.Select(o => $"{o.Tag}:{string.Join("+", o.Nodes)}"))));
    }

    [Theory]
    [InlineData("SaveImage", false)]
    [InlineData("PreviewImage", false)]
    [InlineData("ShowText", false)]
    [InlineData("Combine", false)]
    [InlineData("SaveImageWebsocket", false)]
    [InlineData("Word", false)]
    [InlineData("Shown", true)]
    [InlineData("Box", true)]
    public void Savers_and_those_that_only_show_compute_nothing(string nodeClass, bool computes) =>
        Assert.Equal(computes, RichCatalog.Catalog.Find(nodeClass)!.AlsoComputes);

    [Fact]
    public void Names_of_outputs_are_the_contracts() => Assert.Equal(["p", "untagged"], Read("x", "[p]").OutputNames);

    [Fact]
    public void What_only_shows_is_not_saved()
    {
        var workflow = RichCatalog.Read(RichCatalog.Prompt(
            """ "2":{"class_type":"PreviewImage","inputs":{"images":["1",0]}} """,
            """ "3":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"q"},"_meta":{"title":"[q]"}} """));
        Assert.Equal(["q:3", "untagged:9"], workflow.Outputs.Select(o => $"{o.Tag}:{string.Join("+", o.Nodes)}"));
        Assert.Equal(("any", true), (workflow.Contract.Outputs[1].Kind, workflow.Outputs[1].IsSavedOnly));
    }

    [Fact]
    public void A_mark_of_a_pack_names_no_output()
    {
        var valid = RichCatalog.Valid(
            RichCatalog.Prompt(
                """ "60":{"class_type":"PreviewImage","inputs":{"images":["1",0]},"_meta":{"title":"Old Preview [DEPRECATED, DO NOT USE]"}} """));
        Assert.Equal(["9", "60"], valid.Workflow.OutputNames);
        Assert.Contains(valid.Warnings, w => w is { Code: "accidental_tag", Pointer: "/60/_meta/title" }
            && w.Detail.Contains("'[DEPRECATED, DO NOT USE]' in the title of node 60", StringComparison.Ordinal));
    }

    [Fact]
    public void Pictures_that_come_over_the_socket_are_known()
    {
        var workflow =
            RichCatalog.Read(
                RichCatalog.Prompt(
                    """ "60":{"class_type":"SaveImageWebsocket","inputs":{"images":["1",0]},"_meta":{"title":"[picture]"}} """));
        Assert.Equal(["60"], workflow.SocketPictureNodes);
        Assert.Equal(("picture", "image"), (workflow.Contract.Outputs[0].Tag, workflow.Contract.Outputs[0].Kind));
    }

    [Theory]
    [InlineData("x [s]", "[p]", "output_lost")]
    [InlineData("x [s]", "Save", null)]
    [InlineData("x [s!]", "[p]", null)]
    [InlineData("x [s:model]", "Save", "mistyped_annotation")]
    [InlineData("x [s] [!bypass]", "[p]", "output_lost")]
    [InlineData("x [!bypas]", "[p]", "mistyped_annotation")]
    public void What_gets_lost_is_told(string title, string save, string? code) =>
        Assert.Equal(code, Read(title, save, isChecked: false).Warnings.FirstOrDefault(w => w.Pointer == "/3/_meta/title")?.Code);

    [Fact]
    public void A_link_that_a_call_would_cut_is_told() => Assert.Contains(
        RichCatalog.Valid(RichCatalog.Needed("Word", """{"text":["5",0],"times":1,"rate":1,"on":true}""", "[w:text]")
            .Replace("\"3\":", "\"5\":{\"class_type\":\"Word\",\"inputs\":{\"text\":\"\",\"times\":1,\"rate\":1,\"on\":true}},\"3\":",
                StringComparison.Ordinal)).Warnings,
        w => w is { Code: "linked_input_exposed", Pointer: "/2/_meta/title" });

    [Fact]
    public void A_tag_that_names_nothing_is_told() => Assert.Contains(
        RichCatalog.Valid(RichCatalog.Needed("Loras", """{"model":["4",0]}""", "[m]")
            .Replace("\"3\":{\"class_type\":\"ShowText\"",
                "\"4\":{\"class_type\":\"Model\",\"inputs\":{\"ckpt\":\"a.safetensors\"}},\"3\":{\"class_type\":\"Unheard\"",
                StringComparison.Ordinal)).Warnings,
        w => w is { Code: "output_lost", Pointer: "/2/_meta/title" });

    private static Workflow Read(string title, string save, bool isChecked = true)
    {
        var prompt = Sampler.Replace("TITLE", title, StringComparison.Ordinal).Replace("SAVE", save, StringComparison.Ordinal);
        return isChecked ? RichCatalog.Read(prompt) : Workflow.Load(System.Text.Json.JsonElement.Parse(prompt), RichCatalog.Catalog);
    }
}
