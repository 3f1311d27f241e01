using System.Collections.Immutable;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Finds what a workflow returns, and under which names.</summary>
internal static class OutputTags
{
    /// <summary>Whose pictures come over the WebSocket and are in no history.</summary>
    public static bool IsSocketPicture(PromptNode node) => node.Class.Name is "SaveImageWebsocket";

    public static ImmutableArray<OutputTag> Of(ImmutableArray<PromptNode> nodes)
    {
        var outputs = nodes.Where(n => n.Class.IsOutputNode).ToArray();
        var tagged = outputs
            .SelectMany(n => n.Annotations.Tags.Where(t => t.NamesOutputOf(n)).Select(t => (t.Name, n.Id)))
            .GroupBy(t => t.Name, StringComparer.OrdinalIgnoreCase)
            .Select(g => new OutputTag(g.First().Name, [.. g.Select(t => t.Id).Distinct(StringComparer.Ordinal)]))
            .ToArray();
        if (tagged.Length == 0)
        {
            return [.. outputs.Select(n => new OutputTag(n.Id, [n.Id]))];
        }

        var named = tagged.SelectMany(t => t.Nodes).ToHashSet(StringComparer.Ordinal);
        return outputs.Where(n => !named.Contains(n.Id) && MaySave(n)).Select(n => n.Id).ToImmutableArray() is { IsEmpty: false } rest
            ? [.. tagged, new OutputTag(OutputTag.Untagged, rest) { IsSavedOnly = true }]
            : [.. tagged];
    }

    /// <summary>The <see cref="MediaKind"/> of what a node returns, told by what it is fed.</summary>
    public static string KindOf(PromptNode node, Func<string, PromptNode?> find)
    {
        var name = node.Class.Name;
        if (name.Contains("Video", StringComparison.OrdinalIgnoreCase) || name.Contains("WEBM", StringComparison.OrdinalIgnoreCase)
            || name.Contains("Animated", StringComparison.OrdinalIgnoreCase))
        {
            return MediaKind.Video;
        }

        foreach (var type in node.Inputs.Where(i => i.Link is not null).Select(i => TypeOf(i.Link!.Value, find))
            .Append(node.Class.Inputs.FirstOrDefault()?.Type))
        {
            if (MediaKind.OfSocket(type) is { } kind)
            {
                return kind;
            }
        }

        return MediaKind.Any;
    }

    // Nodes that only show write into the folder of temporary files.
    private static bool MaySave(PromptNode node) =>
        !node.Class.Name.StartsWith("Preview", StringComparison.OrdinalIgnoreCase) && node.Class.Name is not "MaskPreview";

    private static string? TypeOf(NodeLink link, Func<string, PromptNode?> find) => find(link.Node)?.Class.OutputType(link.Slot);
}
