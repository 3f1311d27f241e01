using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Finds what an author should know of: what no host has now, what gets lost, and what looks like an annotation and is none.
/// </summary>
internal static class WorkflowWarnings
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    public static IEnumerable<Warning> Of(ImmutableArray<PromptNode> all, ImmutableArray<PromptNode> nodes)
    {
        var needed = Reach.Of(nodes);
        var left = nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var isTagged = nodes.Any(n => n.Annotations.Tags.Any(t => t.NamesOutputOf(n)));
        foreach (var node in all)
        {
            foreach (var warning in OfTitle(node))
            {
                yield return warning;
            }

            if (node.Class.IsUnknown && left.Contains(node.Id))
            {
                yield return new("class_missing", $"No host has the node class '{node.Class.Name}' now. Runs wait for a host that does.",
                    JsonPointer.Of(node.Id, "class_type"));
            }

            var warnings = !left.Contains(node.Id) ? OfBypassed(node)
                : needed.Contains(node.Id) ? OfTags(node, isTagged)
                : [new("loose_node", $"No output needs {node.Describe()}, so it is not executed.", JsonPointer.Of(node.Id))];
            foreach (var warning in warnings)
            {
                yield return warning;
            }
        }

        foreach (var (pointer, finding) in SaveCheck.Findings(nodes, needed, None))
        {
            yield return new((finding as Finding.Doubtful)?.Code ?? "refused_by_hosts", finding.Detail, pointer);
        }
    }

    private static IEnumerable<Warning> OfTitle(PromptNode node) =>
    [
        .. node.Annotations.Ignored.Select(text => new Warning(
            "accidental_tag", $"'[{text}]' in the title of {node.Describe()} is not taken as a tag: its pack wrote it.", TitleOf(node))),
        .. node.Annotations.MistypedIn(node.Title).Select(text => new Warning("mistyped_annotation", text, TitleOf(node))),
    ];

    private static IEnumerable<Warning> OfBypassed(PromptNode node)
    {
        if (node.Class.IsOutputNode)
        {
            yield return new("output_lost",
                $"{node.Describe()} is an output node and is bypassed, so that it returns nothing.", TitleOf(node));
        }
        else if (!node.Annotations.Tags.IsEmpty || !node.Notes.Tags.IsEmpty)
        {
            yield return new("output_lost",
                $"{node.Describe()} is bypassed in every API run, so that what its tags set has no effect.", TitleOf(node));
        }
    }

    private static IEnumerable<Warning> OfTags(PromptNode node, bool isTagged)
    {
        foreach (var tag in node.Annotations.Tags)
        {
            var exposed = tag.ExposedOf(node).ToArray();
            if (!node.Class.IsOutputNode && (tag.IsOutputOnly || tag.IsMarked || (tag.Inputs is null && exposed.Length == 0)))
            {
                var detail = $"The tag '{tag.Name}' names nothing to set and no output: {node.Describe()} is no output node. Tag the node "
                    + $"that saves or shows.";
                yield return new("output_lost", detail, TitleOf(node));
            }
            else if (isTagged && node.Class.AlsoComputes && !node.Annotations.Tags.Any(t => t.NamesOutputOf(node)))
            {
                yield return new("output_lost",
                    $"What {node.Describe()} shows is not returned: its tag names inputs. [{tag.Name}!] returns it, too.", TitleOf(node));
            }

            foreach (var socket in (tag.Inputs ?? []).Where(l => node.Class.Inputs.Any(i => IsOf(l, i)) && !exposed.Any(e => IsOf(l, e))))
            {
                yield return new("mistyped_annotation",
                    $"The tag '{tag.Name}' lists {socket.Name} of {node.Describe()}, which only a link can set.", TitleOf(node));
            }

            foreach (var linked in exposed.Where(i => node.Find(i.Name)?.Link is not null))
            {
                yield return new("linked_input_exposed",
                    $"{linked.Name} of {node.Describe()} is linked; a call that sets it cuts the link.", TitleOf(node));
            }
        }
    }

    private static bool IsOf(TagInput listed, NodeInput input) => listed.Name.Equals(input.Name, StringComparison.OrdinalIgnoreCase);

    private static string TitleOf(PromptNode node) => JsonPointer.Of(node.Id, "_meta", "title");
}
