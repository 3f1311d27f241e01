using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds the tags on nodes that are not in the prompt, and on whose titles no input depends.</summary>
internal static class LostTags
{
    public static void Report(IEnumerable<GraphScope> scopes, GraphViews views, ImmutableArray<CarriedInput> carried, GraphReport report)
    {
        var carriers = carried.Select(c => c.From).ToHashSet(StringComparer.Ordinal);
        foreach (var scope in scopes)
        {
            foreach (var node in scope.Graph.Nodes)
            {
                if (node.Title is null || !node.Title.AsSpan().ContainsAny('[', '$', '#') || carriers.Contains(scope.IdOf(node)))
                {
                    continue;
                }

                var view = views.Of(scope, node);
                var isSent = node.Mode is NodeMode.Always && view.Virtual is VirtualKind.None && view.Definition is null;
                var tags = isSent ? [] : Annotations.Parse(node.Title, node.Type).Tags;
                if (!tags.IsEmpty)
                {
                    report.Note("G9", scope.Place(node) with { Pointer = node.Pointer + "/title" },
                        $"The tag '{tags[0].Name}' is on a node that is not in the prompt and sets no input of it: nobody can use it.");
                }
            }
        }
    }
}
