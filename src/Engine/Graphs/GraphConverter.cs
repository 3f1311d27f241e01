using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Makes of a graph, which ComfyUI saves, the prompt, which its API takes, and says where the browser would do otherwise. Whatever the
/// graph is, there is an answer: what would be a guess is refused, everything at once.
/// </summary>
public static class GraphConverter
{
    /// <param name="graph">What ComfyUI saved: an object with nodes, of either schema.</param>
    /// <param name="moment">When the browser would queue; <see langword="null"/> where the prompt is kept for runs to come.</param>
    /// <param name="replacements">What <c>/node_replacements</c> of a host says: what stands in for classes that are gone.</param>
    public static GraphConversion Convert(JsonElement graph, NodeCatalog catalog, GraphMoment? moment = null,
        JsonElement replacements = default)
    {
        var report = new GraphReport();
        if (!GraphReader.IsGraph(graph))
        {
            report.Refuse("A1", default(GraphPlace) with { Pointer = "" }, "This is no graph: it has no array of nodes.");
            return Refused(report);
        }

        var file = new GraphReader(report).Read(graph);
        if (report.IsRefused)
        {
            return Refused(report);
        }

        file = new NodeReplacements(replacements, catalog, report).Apply(file);
        return Convert(file, catalog, moment, report);
    }

    /// <summary>Whether nodes of a class are in prompts, unless a catalog does not have it: others are the front end's own.</summary>
    public static bool IsOfPrompts(string nodeClass) => VirtualNodes.KindOf(nodeClass, isKnown: false) is VirtualKind.None;

    /// <summary>The classes that a graph names, those within its subgraphs and group nodes among them.</summary>
    public static ImmutableArray<string> ClassesOf(JsonElement graph)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var definitions = new HashSet<string>(StringComparer.Ordinal);
        Gather(graph, found, definitions, GraphBounds.Depth);
        foreach (var group in Members(graph.Member("extra").Member("groupNodes")))
        {
            Gather(group.Value, found, definitions, GraphBounds.Depth);
        }

        return [.. found.Except(definitions).Where(c => !GroupNodes.Is(c)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The classes that stand in for those which the catalog does not have.</summary>
    public static ImmutableArray<string> ReplacementsOf(IEnumerable<string> classes, NodeCatalog catalog, JsonElement replacements) =>
    [
        .. classes.Where(c => !catalog.Has(c)).SelectMany(c => replacements.Member(c).Items().Select(r => r.Text("new_node_id")))
            .OfType<string>().Distinct(StringComparer.Ordinal),
    ];

    private static void Gather(JsonElement graph, HashSet<string> found, HashSet<string> definitions, int depth)
    {
        foreach (var node in graph.Member("nodes").Items())
        {
            if (node.Text("type") is { } type)
            {
                found.Add(ClassNames.Sanitised(type));
            }
        }

        foreach (var definition in depth == 0 ? default : graph.Member("definitions").Member("subgraphs").Items())
        {
            definitions.Add(definition.Text("id") ?? "");
            Gather(definition, found, definitions, depth - 1);
        }
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : default;

    private static GraphConversion Convert(GraphFile file, NodeCatalog catalog, GraphMoment? moment, GraphReport report)
    {
        var views = new GraphViews(catalog, file.Definitions, report);
        new GroupNodes(views, report).Define(file);
        var expansion = new GraphExpansion(views, report);
        expansion.Expand(file.Root);
        var everywhere = new Everywhere(views, report);
        everywhere.Broadcast(expansion.Scopes);
        var prefixes = new PrefixText(() => expansion.Scopes.SelectMany(s => s.Graph.Nodes.Select(n => views.Of(s, n))), moment, report);
        var links = new LinkResolver(views, new SetAndGet(views.Names, report), everywhere, prefixes, report);
        var emitter = new PromptEmitter(views, links, new WidgetText(prefixes, moment, report), report);
        var prompt = emitter.Write(expansion.Scopes);
        var carried = emitter.Carried.ToImmutable();
        LostTags.Report(expansion.Scopes, views, carried, report);
        var app = AppMode.Read(expansion.Scopes, emitter.Pointers, carried, report);
        return new(report.IsRefused ? null : prompt, report.ToImmutable())
        {
            Pointers = emitter.Pointers.ToImmutable(),
            Carried = carried,
            Later = emitter.Later.ToImmutable(),
            Fixed = emitter.Fixed.ToImmutable(),
            App = app,
        };
    }

    private static GraphConversion Refused(GraphReport report) =>
        new(null, report.ToImmutable()) { Pointers = ImmutableDictionary<string, string>.Empty };
}
