using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Workflows;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>What is refused and what is warned of where a node's inputs depend on its choices, links and number.</summary>
public class DynamicInputTests
{
    private const string Size = """ "input":["make",0],"method":"area","mode":"size","mode.width":64,"mode.crop":"no" """;

    // Each row: a class, its inputs, and the beginning of each finding: a place, or a warning's code and place; nothing where all is well.
    [Theory]
    [InlineData("Resize", Size, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.crop":"no" """, "/n/inputs/mode.width The required input mode.width")]
    [InlineData("Resize", """ "input":["make",0],"method":"area" """, "/n/inputs/mode The required input mode")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode.width":64 """, "/n/inputs/mode The required input mode")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"huge","mode.width":64 """,
        "/n/inputs/mode mode of node n (Resize, '') is 'huge', which is none of its choices: size, factor, wide, match, nested, file.")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":["word",0] """, "/n/inputs/mode mode of node n (Resize, '') is a link")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.width":8,"mode.crop":"no" """, "/n/inputs/mode.width mode.width")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.width":"w","mode.crop":"no" """, "/n/inputs/mode.width mode.width")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.width":64,"mode.crop":"left" """,
        "/n/inputs/mode.crop mode.crop of node n (Resize, '') is 'left', which is none of its values: no, center.")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.width":["number",0],"mode.crop":"no" """, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"size","mode.width":["mask",0],"mode.crop":"no" """, "/n/inputs/mode.width node mask")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"factor","mode.by":2 """, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"factor","mode.by":2,"mode.note":"n" """, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"factor","mode.by":2,"mode.width":64 """,
        "input_ignored /n/inputs/mode.width mode.width of node n (Resize, '') belongs to mode = 'size' or 'wide', and mode is 'factor'.")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"factor","mode.by":2,"mode.other":["make",0] """,
        "/n/inputs/mode.other mode.other of node n (Resize, '') belongs to mode = 'match', and mode is 'factor'.")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"factor","mode.by":2,"mode.unheard":1 """,
        "input_ignored /n/inputs/mode.unheard mode.unheard of node n (Resize, '') is none of what mode = 'factor' has.")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"match","mode.other":["mask",0] """, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"match","mode.other":["number",0] """, "/n/inputs/mode.other node number")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"match" """, "/n/inputs/mode.other The required input mode.other")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"nested","mode.how":"plain" """, null)]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"nested" """, "/n/inputs/mode.how The required input mode.how")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"nested","mode.how":"seeded" """, "/n/inputs/mode.how.seed The required input")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"nested","mode.how":"plain","mode.how.seed":5 """,
        "input_ignored /n/inputs/mode.how.seed mode.how.seed of node n (Resize, '') belongs to mode.how = 'seeded', and mode.how is 'plain'.")]
    [InlineData("Resize", """ "input":["number",0],"method":"area","mode":"factor","mode.by":2 """, "link_type /n/inputs/input node number")]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["make",0] """, null)]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["make",0],"images.image3":["make",0] """, null)]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image2":["make",0] """, "/n/inputs/images.image1 The required input images.image1")]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["mask",0] """, "/n/inputs/images.image1 node mask")]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["make",0],"images.image4":["make",0] """,
        "/n/inputs/images.image4 images.image4 of node n (Batch, '') is none of what images takes, images.image0 to images.image3.")]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["make",0],"images.image9":7 """, "input_ignored /n/inputs/images.image9")]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["make",0],"images":["make",0] """, "/n/inputs/images images of node n")]
    [InlineData("Sum", """ "values.a":["number",0] """, null)]
    [InlineData("Sum", """ "values.a":["number",0],"values.c":["number",0] """, null)]
    [InlineData("Sum", """ "values.a":3 """, null)]
    [InlineData("Sum", """ "values.b":["number",0] """, "/n/inputs/values.a The required input values.a")]
    [InlineData("Sum", """ "values.a":["word",0] """, "/n/inputs/values.a node word (Word) gives STRING at its output 0; values.a of node n (Sum, '') takes FLOAT,INT.")]
    [InlineData("Sum", """ "values.a":1,"values.d":["number",0] """, "/n/inputs/values.d values.d of node n (Sum, '') is none of what values takes, values.a, values.b, values.c.")]
    [InlineData("Pick", """ "on":["make",0],"off":["make",0] """, null)]
    [InlineData("Pick", """ "on":["make",0],"off":["mask",0] """, "link_type /n/inputs/")]
    [InlineData("Rate", """ "rate":["number",0],"tags":{"__value__":["a","b"]} """, null)]
    [InlineData("Rate", """ "rate":0.5,"tags":"a" """, "/n/inputs/rate rate of node n (Rate, '') is 0.5, less than")]
    [InlineData("Rate", """ "rate":5,"tags":{"__value__":["a","z"]} """, "/n/inputs/tags tags of node n")]
    [InlineData("Rate", """ "rate":5,"tags":["a","z"] """, "/n/inputs/tags ")]
    [InlineData("Rate", """ "rate":5,"tags":"a","extra":"x","extra.n":4 """, null)]
    [InlineData("Rate", """ "rate":5,"tags":"a","extra":"x" """, "/n/inputs/extra.n The required input extra.n")]
    [InlineData("Rate", """ "rate":5,"tags":"a","extra.n":4 """, "input_ignored /n/inputs/extra.n extra.n of node n (Rate, '') belongs to extra = 'x', and extra is not set.")]
    [InlineData("PackResize", """ "mode":["word",0] """, "link_type /n/inputs/mode mode of node n")]
    [InlineData("PackResize", """ "mode":"a","mode.n":["number",0] """, "input_ignored /n/inputs/mode.n mode.n of node n")]
    [InlineData("PackResize", """ "mode":"c" """, "/n/inputs/mode mode of node n (PackResize, '') is 'c', which is none of its choices: a, b.")]
    public void What_ComfyUI_would_refuse_is_refused(string nodeClass, string inputs, string? beginning)
    {
        var findings = DynamicCatalog.Findings(DynamicCatalog.Prompt(nodeClass, $"{{{inputs}}}"));
        var isAsTold = beginning is null ? findings.Length == 0
            : findings.Length is 1 or 2 && Array.TrueForAll(findings, f => f.StartsWith(beginning, StringComparison.Ordinal));
        Assert.True(isAsTold, string.Join('\n', findings));
    }

    [Fact]
    public void All_that_a_choice_lacks_is_said_at_once() =>
        Assert.Equal(["/n/inputs/mode.width", "/n/inputs/mode.crop"],
            DynamicCatalog.Findings(DynamicCatalog.Prompt("Resize", """{"input":["make",0],"method":"area","mode":"size"}"""))
                .Select(f => f.Split(' ')[0]));

    [Fact]
    public void What_a_node_hands_on_is_of_the_type_that_is_linked_into_it()
    {
        var prompt = JsonElement.Parse("""
            {"mask":{"class_type":"Mask","inputs":{}},"pick":{"class_type":"Pick","inputs":{"on":["mask",0],"off":["mask",0]}},
             "save":{"class_type":"Save","inputs":{"images":["pick",0],"prefix":"p"}}}
            """);
        Assert.Equal(["link_type /save/inputs/images node pick (Pick) gives MASK at its output 0; images of node save (Save) takes IMAGE."],
            DynamicCatalog.Findings(prompt));
    }

    [Fact]
    public void Nodes_that_hand_on_in_a_circle_are_told_as_one()
    {
        var prompt = JsonElement.Parse("""
            {"a":{"class_type":"Pick","inputs":{"on":["b",0],"off":["b",0]}},"b":{"class_type":"Pick","inputs":{"on":["a",0],"off":["a",0]}},
             "end":{"class_type":"Show","inputs":{"any":["a",0]}}}
            """);
        Assert.Contains(DynamicCatalog.Findings(prompt), f => f.Contains("lead back to itself", StringComparison.Ordinal));
    }

    [Fact]
    public void A_prompt_made_of_a_layout_is_right_and_each_required_input_is_missed() => Made.Sample(made =>
    {
        var (nodeClass, inputs) = made;
        Assert.Empty(DynamicCatalog.Findings(DynamicCatalog.Prompt(nodeClass, inputs.ToJsonString())));
        var node = DynamicCatalog.Read(DynamicCatalog.Prompt(nodeClass, inputs.ToJsonString())).Nodes.Single(n => n.Id == "n");
        foreach (var required in node.Class.Inputs.Where(i => i.IsRequired))
        {
            var less = inputs.DeepClone().AsObject();
            less.Remove(required.Name);
            var faults = DynamicCatalog.Findings(DynamicCatalog.Prompt(nodeClass, less.ToJsonString()));
            var beginning = $"/n/inputs/{required.Name} The required input {required.Name} of node n";
            Assert.StartsWith(beginning, Assert.Single(faults), StringComparison.Ordinal);
        }
    });

    private static readonly string[] Classes = ["Resize", "Batch", "Sum", "Rate", "PackResize"];

    private static Gen<(string Class, JsonObject Inputs)> Made { get; } =
        from at in Gen.Int[0, Classes.Length - 1]
        let nodeClass = Classes[at]
        from picks in Gen.Int[0, 100].Array[12]
        let inputs = Fill(DynamicCatalog.Catalog.Find(nodeClass)!.Layout, new Queue<int>(picks))
        where inputs is not null
        select (nodeClass, inputs);

    // Choices and the sizes of groups by chance, all inputs as a new node has them, and links of the right types.
    private static JsonObject? Fill(NodeLayout layout, Queue<int> picks)
    {
        var inputs = new JsonObject();
        foreach (var input in layout.Inputs)
        {
            Add(input, input.Name);
        }

        // A combo without a value to choose has none that would be right.
        return inputs.Any(i => i.Value is null) ? null : inputs;

        void Add(LayoutInput input, string name)
        {
            if (input.IsSelector && input.Choices[Next() % input.Choices.Length] is var choice)
            {
                inputs[name] = choice.Key;
                foreach (var child in choice.Inputs)
                {
                    Add(child, $"{name}.{child.Name}");
                }
            }
            else if (input.Group is { } group)
            {
                var count = group.Min + (Next() % (group.Max - group.Min + 1));
                for (var i = 0; i < count; i++)
                {
                    Add(group.Inputs[0], $"{name}.{group.NameOf(i, group.Inputs[0])}");
                }
            }
            else
            {
                inputs[name] = input.Initial() is { ValueKind: not JsonValueKind.Undefined } value ? JsonNode.Parse(value.GetRawText())
                    : input.IsWidget ? null
                    : new JsonArray(input.Type.Split(',')[0] switch { "IMAGE" => "make", "MASK" => "mask", _ => "number" }, 0);
            }
        }

        int Next() => picks.TryDequeue(out var pick) ? pick : 0;
    }
}
