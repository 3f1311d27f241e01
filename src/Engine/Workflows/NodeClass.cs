using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>One node class of a ComfyUI server: what it takes and what it returns.</summary>
public sealed class NodeClass
{
    private readonly Dictionary<string, NodeInput> byName;

    private NodeClass(string name, JsonElement source, ImmutableArray<NodeInput> inputs, ImmutableArray<string> outputs)
    {
        Name = name;
        Source = source;
        Inputs = inputs;
        Outputs = outputs;
        IsOutputNode = source.TryGetProperty("output_node", out var flag) && flag.ValueKind is JsonValueKind.True;
        byName = inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        Slots = [.. inputs.Where(i => !i.IsWidget), .. inputs.Where(i => i.IsWidget)];
    }

    public string Name { get; }

    /// <summary>Required inputs first, each group in the order that the server gives.</summary>
    public ImmutableArray<NodeInput> Inputs { get; }

    /// <summary>The types of its output slots.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>Whether ComfyUI executes it for its own sake.</summary>
    public bool IsOutputNode { get; }

    /// <summary>The inputs as the front end numbers them: sockets first, then widgets.</summary>
    internal ImmutableArray<NodeInput> Slots { get; }

    internal JsonElement Source { get; }

    public NodeInput? Find(string input) => byName.GetValueOrDefault(input);

    internal static NodeClass Read(string name, JsonElement source) => new(name, source, [.. ReadInputs(name, source)], [.. ReadOutputs(source)]);

    private static IEnumerable<NodeInput> ReadInputs(string name, JsonElement source)
    {
        if (!source.TryGetProperty("input", out var input) || input.ValueKind is not JsonValueKind.Object)
        {
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in new[] { "required", "optional" })
        {
            if (!input.TryGetProperty(group, out var specs) || specs.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            foreach (var key in Order(source, group, specs))
            {
                if (specs.TryGetProperty(key, out var spec) && seen.Add(key))
                {
                    yield return NodeInput.Read(name, key, spec, isRequired: group == "required");
                }
            }
        }
    }

    private static IEnumerable<string> Order(JsonElement source, string group, JsonElement specs)
    {
        var listed = source.TryGetProperty("input_order", out var order) && order.ValueKind is JsonValueKind.Object
            && order.TryGetProperty(group, out var keys) && keys.ValueKind is JsonValueKind.Array
            ? keys.EnumerateArray().Where(k => k.ValueKind is JsonValueKind.String).Select(k => k.GetString()!) // A string is never null.
            : [];
        return listed.Concat(specs.EnumerateObject().Select(p => p.Name));
    }

    private static IEnumerable<string> ReadOutputs(JsonElement source) =>
        source.TryGetProperty("output", out var output) && output.ValueKind is JsonValueKind.Array
            ? output.EnumerateArray().Select(o => o.ValueKind is JsonValueKind.String ? o.GetString()! : NodeInput.Combo) // A string is never null.
            : [];
}
