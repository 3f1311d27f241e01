using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Goes through what API runs will submit and says what ComfyUI would refuse of it, and what an author may not have meant.
/// </summary>
internal static class SaveCheck
{
    /// <param name="all">Every node that was read.</param>
    /// <param name="nodes">Those that API runs have.</param>
    /// <param name="unread">The ids of those that could not be read.</param>
    public static IEnumerable<Fault> Faults(ImmutableArray<PromptNode> all, ImmutableArray<PromptNode> nodes, IReadOnlySet<string> unread)
    {
        var needed = Reach.Of(nodes);
        var starved = Bypass.Starved(all, nodes)
            .ToDictionary(s => JsonPointer.Of(s.Node.Id, "inputs", s.Input.Name), StringComparer.Ordinal);
        foreach (var (pointer, (node, input)) in starved)
        {
            yield return Fault(pointer, $"[!bypass] leaves {node.Describe()} without its required input {input.Name}.");
        }

        foreach (var (pointer, finding) in Findings(nodes, needed, unread))
        {
            if (finding is Finding.Wrong && !starved.ContainsKey(pointer))
            {
                yield return Fault(pointer, finding.Detail);
            }
        }

        if (Cycles.Find([.. nodes.Where(n => needed.Contains(n.Id))]) is { } cycle)
        {
            yield return Fault(JsonPointer.Of(cycle.Id), $"The links of {cycle.Describe()} lead back to itself.");
        }

        if (!nodes.Any(n => n.Class.IsOutputNode) && unread.Count == 0)
        {
            yield return Fault("", "The prompt has no output node, such as Save Image or Preview Image, so a run would return nothing.");
        }

        foreach (var fault in TagCheck.Faults(nodes))
        {
            yield return fault;
        }
    }

    /// <summary>What is wrong or doubtful with links and literals of nodes that some output needs.</summary>
    public static IEnumerable<(string Pointer, Finding Finding)> Findings(ImmutableArray<PromptNode> nodes, IReadOnlySet<string> needed,
        IReadOnlySet<string> unread)
    {
        var byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var types = new PromptTypes(byId);
        foreach (var node in nodes.Where(n => needed.Contains(n.Id)))
        {
            foreach (var input in node.Inputs)
            {
                var finding = (input.Link is { } link ? LinkCheck.Of(node, input.Name, link, byId, types, unread)
                    : node.Class is { IsUnknown: false } && node.Class.Find(input.Name) is { IsUnlisted: false } known
                    ? LiteralCheck.Of(node, known, input.Value)
                    : null) ?? StrayInputs.Of(node, input);
                if (finding is not null)
                {
                    yield return (JsonPointer.Of(node.Id, "inputs", input.Name), finding);
                }
            }

            // What has a type of newer servers that is not known here may have other names, so its absence proves nothing.
            foreach (var missing in node.Class.Inputs.Where(i => i.IsRequired && !Bypass.IsDynamic(i.Type) && node.Find(i.Name) is null))
            {
                yield return (JsonPointer.Of(node.Id, "inputs", missing.Name),
                    new Finding.Wrong($"The required input {missing.Name} of {node.Describe()} is missing."));
            }
        }
    }

    private static Fault Fault(string pointer, string detail) => new(FaultCode.InvalidWorkflow, detail, pointer);
}
