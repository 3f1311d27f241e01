using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds what is written in titles of nodes that are not in the prompt, and that nobody can use.</summary>
internal static class LostTags
{
    private static readonly char[] Signs = ['[', '$', '#', '!'];

    public static void Report(IEnumerable<GraphScope> scopes, GraphViews views, ImmutableArray<CarriedInput> carried, GraphReport report)
    {
        var named = carried.SelectMany(c => PromptNotes.TagsOf(c).Select(t => (c.From, t.Tag, t.Name))).ToHashSet();
        foreach (var scope in scopes)
        {
            foreach (var node in scope.Graph.Nodes)
            {
                if (node.Title is not null && node.Title.IndexOfAny(Signs) >= 0 && !IsSent(scope, node, views))
                {
                    Report(scope, node, named, report);
                }
            }
        }
    }

    private static bool IsSent(GraphScope scope, GraphNode node, GraphViews views)
    {
        var view = views.Of(scope, node);
        return node.Mode is NodeMode.Always && view.Virtual is VirtualKind.None && view.Definition is null;
    }

    private static void Report(GraphScope scope, GraphNode node, HashSet<(string From, string Tag, string Name)> named, GraphReport report)
    {
        var place = scope.Place(node) with { Pointer = node.Pointer + "/title" };
        var id = scope.IdOf(node);
        var annotations = Annotations.Parse(node.Title, node.Type);
        foreach (var tag in annotations.Tags)
        {
            if (tag.IsOutputOnly || !named.Any(n => n.From == id && n.Tag == tag.Name))
            {
                report.Note("G9", place,
                    $"The tag '{tag.Name}' is on a node that is not in the prompt and sets no input of it: nobody can use it.");
                continue;
            }

            foreach (var listed in (tag.Inputs ?? []).Where(l => !named.Any(n => n.From == id && n.Tag == tag.Name
                && n.Name.Equals(l.Name, StringComparison.OrdinalIgnoreCase))))
            {
                report.Note("G9", place, $"The tag '{tag.Name}' lists {listed.Name}, of which this node sets no input of the prompt.");
            }
        }

        foreach (var mark in annotations.Marks)
        {
            report.Note("G9", place, $"The mark [!{mark}] is on a node that is not in the prompt, and nothing comes of it.");
        }
    }
}
