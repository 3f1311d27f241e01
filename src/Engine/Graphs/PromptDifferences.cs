using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Where the prompt that was made of a graph is not the prompt that came with it: each such pair tests the conversion. The order of nodes
/// and inputs, titles, and the keys of upload buttons make no difference.
/// </summary>
/// <param name="Listed">
/// The differences of the converted nodes in their order, then the nodes that only came along; at last the defaults that the catalog adds.
/// </param>
/// <param name="Left">How many more there are.</param>
public sealed record PromptDifferences(ImmutableArray<PromptDifference> Listed, int Left)
{
    // What older browsers send of upload buttons.
    private static readonly HashSet<string> Buttons = new(StringComparer.Ordinal) { "upload", "choose file to upload" };

    /// <summary>Whether both run the same: at most, the conversion adds the defaults of inputs that are newer than the prompt.</summary>
    public bool Agree => Listed.All(d => d.Kind is PromptDifferenceKind.AddedDefault);

    /// <summary>The same; what the browser makes anew each time it queues is no difference.</summary>
    public static PromptDifferences Between(GraphConversion conversion, JsonElement given, NodeCatalog catalog)
    {
        var drawn = conversion.Later.Select(l => (l.Node, (string?)l.Input)).ToHashSet();
        return conversion.Prompt is { } converted ? Between(converted, given, catalog, drawn) : new([], 0);
    }

    /// <param name="converted">The prompt that was made of the graph.</param>
    /// <param name="given">The prompt that came along, whatever it is.</param>
    /// <param name="catalog">What the graph was converted with.</param>
    public static PromptDifferences Between(JsonElement converted, JsonElement given, NodeCatalog catalog) =>
        Between(converted, given, catalog, []);

    private static PromptDifferences Between(JsonElement converted, JsonElement given, NodeCatalog catalog,
        HashSet<(string Node, string? Input)> drawn)
    {
        var theirs = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var node in Members(given))
        {
            theirs[node.Name] = node.Value;
        }

        var found = new List<PromptDifference>();
        var ours = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in Members(converted))
        {
            ours.Add(node.Name);
            if (theirs.TryGetValue(node.Name, out var their))
            {
                found.AddRange(OfNode(node.Name, node.Value, their, catalog));
            }
            else
            {
                found.Add(new(PromptDifferenceKind.OnlyConverted, node.Name, TitleOf(node.Value), null, node.Value, null));
            }
        }

        found.AddRange(theirs.Where(n => !ours.Contains(n.Key)).Select(n =>
            new PromptDifference(PromptDifferenceKind.OnlyGiven, n.Key, TitleOf(n.Value), null, null, n.Value)));
        found.RemoveAll(d => drawn.Contains((d.Node, d.Input)));
        ImmutableArray<PromptDifference> listed =
            [.. found.OrderBy(d => d.Kind is PromptDifferenceKind.AddedDefault).Take(GraphBounds.Findings)];
        return new(listed, found.Count - listed.Length);
    }

    private static IEnumerable<PromptDifference> OfNode(string id, JsonElement ours, JsonElement theirs, NodeCatalog catalog)
    {
        var title = TitleOf(ours);
        var (type, theirType) = (ours.Member("class_type"), theirs.Member("class_type"));
        if (type.Text() != theirType.Text())
        {
            yield return new(PromptDifferenceKind.Value, id, title, null, Known(type), Known(theirType));
        }

        var layout = type.Text() is { } name ? catalog.Find(name)?.Layout : null;
        var (own, their) = (ours.Member("inputs"), theirs.Member("inputs"));
        foreach (var input in Members(own))
        {
            var known = layout?.Find(input.Name, own);
            if (Known(their.Member(input.Name)) is not { } value)
            {
                var isDefault = known is { IsWidget: true } && JsonElement.DeepEquals(known.Default(), input.Value);
                yield return new(isDefault ? PromptDifferenceKind.AddedDefault : PromptDifferenceKind.OnlyConverted, id, title, input.Name,
                    input.Value, null);
            }
            else if (!JsonElement.DeepEquals(input.Value, value))
            {
                yield return new(PromptDifferenceKind.Value, id, title, input.Name, input.Value, value);
            }
        }

        foreach (var input in Members(their).Where(i => Known(own.Member(i.Name)) is null && !IsButton(layout, i.Name, own)))
        {
            yield return new(PromptDifferenceKind.OnlyGiven, id, title, input.Name, null, input.Value);
        }
    }

    private static bool IsButton(NodeLayout? layout, string input, JsonElement inputs) =>
        Buttons.Contains(input) && layout?.Find(input, inputs) is null or { Widget: "IMAGEUPLOAD" or "AUDIOUPLOAD" };

    private static string? TitleOf(JsonElement node) => node.Member("_meta").Text("title") ?? node.Text("class_type");

    private static JsonElement? Known(JsonElement value) => value.ValueKind is JsonValueKind.Undefined ? null : value;

    private static JsonElement.ObjectEnumerator Members(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : default;
}
