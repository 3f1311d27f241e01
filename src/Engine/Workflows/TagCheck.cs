using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Checks tags: names that no URL or caller could use, and lists that their nodes do not have.</summary>
internal static class TagCheck
{
    public static IEnumerable<Fault> Faults(ImmutableArray<PromptNode> nodes)
    {
        var spellings = new Dictionary<string, (string Name, PromptNode Node)>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in nodes)
        {
            foreach (var detail in node.Annotations.Tags.SelectMany(t => NameFaults(t).Concat(ListFaults(node, t))
                .Concat(SpellingFaults(node, t, spellings))))
            {
                yield return new(FaultCode.InvalidWorkflow, detail, JsonPointer.Of(node.Id, "_meta", "title"));
            }

            foreach (var detail in node.Notes.Tags.SelectMany(t => CarriedFaults(node, t)
                .Concat(SpellingFaults(node, new(t.Tag, null), spellings))))
            {
                yield return new(FaultCode.InvalidWorkflow, detail, JsonPointer.Of(node.Id, "_meta", "comfyfunc", "tags"));
            }
        }
    }

    // Callers write tags in any case, so two that differ in nothing else would be one.
    private static IEnumerable<string> SpellingFaults(PromptNode node, Tag tag,
        Dictionary<string, (string Name, PromptNode Node)> spellings)
    {
        if (!spellings.TryAdd(tag.Name, (tag.Name, node)) && spellings[tag.Name] is var first && first.Name != tag.Name)
        {
            yield return $"The tag '{tag.Name}' of {node.Describe()} differs from '{first.Name}' of {first.Node.Describe()} "
                + $"in nothing but case. Write both alike, or name one otherwise.";
        }
    }

    private static IEnumerable<string> NameFaults(Tag tag)
    {
        if (tag.Name is "." or "..")
        {
            yield return $"The tag '{tag.Name}' can be in no URL. Name it otherwise.";
        }

        if (tag.Name.Any(char.IsControl))
        {
            yield return "A tag has a control character in its name.";
        }

        if (tag.Name.Equals(OutputTag.Untagged, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"The tag '{OutputTag.Untagged}' is reserved for what nodes without a tag save.";
        }
    }

    private static IEnumerable<string> CarriedFaults(PromptNode node, CarriedTag carried) =>
        NameFaults(new(carried.Tag, null)).Concat(ListFaults(node, new(carried.Tag, [new(carried.Input, carried.Kind)])));

    private static IEnumerable<string> ListFaults(PromptNode node, Tag tag)
    {
        foreach (var listed in tag.Inputs ?? [])
        {
            if (!node.Class.Inputs.Any(i => i.Name.Equals(listed.Name, StringComparison.OrdinalIgnoreCase))
                && !SettableInput.Of(node, tag).Any(i => i.Input.Name.Equals(listed.Name, StringComparison.OrdinalIgnoreCase)))
            {
                yield return $"The tag '{tag.Name}' of {node.Describe()} lists the input '{listed.Name}', which the node does not have. "
                    + (StrayInputs.OfOtherChoice(node, listed.Name)
                        ?? $"It has {string.Join(", ", node.Class.Inputs.Select(i => i.Name))}.");
            }

            if (listed.Kind is { } kind && !TagInput.Kinds.Contains(kind))
            {
                yield return $"'{kind}' is no kind of file that an input may take. There are {string.Join(", ", TagInput.Kinds)}.";
            }
        }
    }
}
