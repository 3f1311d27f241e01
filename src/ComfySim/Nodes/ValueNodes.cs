namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes that hold plain values.</summary>
internal static class ValueNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        Primitive("PrimitiveString", "String", "STRING", In.Text("value", "", multiline: false), c => c.Text("value")),
        Primitive("PrimitiveStringMultiline", "String (Multiline)", "STRING", In.Text("value", "", multiline: true), c => c.Text("value")),
        Primitive("PrimitiveInt", "Int", "INT", In.Int("value", 0, long.MinValue, long.MaxValue, randomize: true), c => c.Value("value")),
        Primitive("PrimitiveFloat", "Float", "FLOAT", In.Float("value", 0, -1e18, 1e18), c => c.Float("value")),
        Primitive("PrimitiveBoolean", "Boolean", "BOOLEAN", In.Bool("value"), c => c.Bool("value")),
        new()
        {
            Name = "StringConcatenate", DisplayName = "Concatenate", Category = "utils/string",
            Required = [In.Text("string_a", multiline: true), In.Text("string_b", multiline: true),
                In.Text("delimiter", "", multiline: false)], Returns = ["STRING"],
            Run = NodeClass.Sync(c => NodeResult.Of(c.Text("string_a") + c.Text("delimiter") + c.Text("string_b"))),
        },
    ];

    private static NodeClass Primitive(string name, string display, string type, InputSpec input, Func<NodeContext, object?> value) => new()
    {
        Name = name,
        DisplayName = display,
        Category = "utils/primitive",
        Required = [input],
        Returns = [type],
        Run = NodeClass.Sync(c => NodeResult.Of(value(c))),
    };
}
