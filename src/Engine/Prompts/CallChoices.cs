using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>Reads which choices of dynamic combos a call makes: what else it may set depends on them.</summary>
internal static class CallChoices
{
    /// <summary>The workflow's nodes with the choices of the call, and where its body makes each.</summary>
    public static (ImmutableArray<PromptNode> Nodes, IReadOnlyDictionary<(string Node, string Selector), string> Choices) Of(
        Workflow workflow, JsonElement body)
    {
        var choices = new Dictionary<(string Node, string Selector), string>();
        var values = new List<Assignment>();
        var nodes = workflow.Nodes;
        // A choice may bring a combo in which the call chooses, too.
        while (Made(workflow.TagsOf(nodes), body).Where(m => choices.TryAdd((m.Value.Node, m.Value.Input), m.Pointer)).ToArray()
            is { Length: > 0 } made)
        {
            values.AddRange(made.Select(m => m.Value));
            nodes = workflow.NodesOf(new() { Assignments = [.. values] });
        }

        return (nodes, choices);
    }

    /// <summary>Refuses choices that want what neither the call nor the workflow has.</summary>
    public static void Check(ImmutableArray<PromptNode> nodes, IReadOnlyDictionary<(string Node, string Selector), string> choices,
        BoundCall call)
    {
        if (choices.Count == 0)
        {
            return;
        }

        var needed = Reach.Of(Bypass.Apply(nodes, call.Bypassed.Keys.ToHashSet(StringComparer.Ordinal)));
        var set = call.Assignments.Select(a => (a.Node, a.Input)).ToHashSet();
        foreach (var node in nodes.Where(n => needed.Contains(n.Id)))
        {
            var own = choices.Where(c => c.Key.Node == node.Id).ToArray();
            var missing = own.SelectMany(c => Choosing.Lacking(node, c.Key.Selector)).DistinctBy(i => i.Name)
                .Where(i => !set.Contains((node.Id, i.Name)));
            foreach (var input in missing)
            {
                var (key, pointer) = own.Where(c => Choosing.IsBelow(input.Name, c.Key.Selector)).MaxBy(c => c.Key.Selector.Length);
                call.Refuse(pointer, $"{key.Selector} = '{node.Find(key.Selector)?.Value}' wants {input.Name} of {node.Describe()}: "
                    + (input.IsWidget ? "set it too."
                        : $"a link to {input.Type}, which the workflow does not have and calls cannot make."));
            }
        }
    }

    private static IEnumerable<(Assignment Value, string Pointer)> Made(TagIndex tags, JsonElement body) =>
        from tag in body.EnumerateObject()
        where tag.Value.ValueKind is JsonValueKind.Object
        from input in tag.Value.EnumerateObject()
        where input.Value.ValueKind is JsonValueKind.String
        from target in tags.Find(tag.Name)?.Inputs ?? []
        where target.Key.Equals(input.Name.Trim(), StringComparison.OrdinalIgnoreCase)
        from one in target
        where one.Input.IsSelector && one.Input.Offers(input.Value)
        select (new Assignment { Node = one.Node.Id, Input = one.Input.Name, Value = input.Value },
            JsonPointer.Of(tag.Name, input.Name));
}
