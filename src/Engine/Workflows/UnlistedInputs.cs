using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Makes inputs of what a tag lists, a prompt has and the node's class does not name: nodes take more than they declare.</summary>
internal static class UnlistedInputs
{
    /// <summary>The node with its class as its tags want it: unlisted inputs that they list, and files where they say so.</summary>
    public static PromptNode Refine(PromptNode node)
    {
        var refined = new Dictionary<string, NodeInput>(StringComparer.Ordinal);
        foreach (var listed in node.Annotations.Tags.SelectMany(t => t.Inputs ?? [])
            .Concat(node.Notes.Tags.Select(c => new TagInput(c.Input, c.Kind))))
        {
            var known = node.Class.Inputs.FirstOrDefault(i => i.Name.Equals(listed.Name, StringComparison.OrdinalIgnoreCase))
                ?? Described(node, listed.Name);
            if (known is not null && listed.Kind is { } kind && TagInput.Kinds.Contains(kind))
            {
                known = known with { Upload = kind };
            }

            if (known is not null && !(refined.TryGetValue(known.Name, out var before) && before.Upload is not null))
            {
                refined[known.Name] = known;
            }
        }

        return refined.Count == 0 ? node
            : node with { Class = node.Class.With([.. refined.Values.Where(i => !ReferenceEquals(i, node.Class.Find(i.Name)))]) };
    }

    private static NodeInput? Described(PromptNode node, string name)
    {
        var saved = node.Inputs.FirstOrDefault(i => i.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return saved is null || StrayInputs.IsUnder(node, saved.Name) ? null : ByFormat(node, saved.Name)
            ?? (saved.Link is null ? NodeInput.ByValue(saved.Name, saved.Value) : null);
    }

    // As VHS_VideoCombine has it: {"formats":{"video/h264-mp4":[["crf","INT",{…}],["pix_fmt",[…]]]}} beside the combo that chooses the
    // format.
    private static NodeInput? ByFormat(PromptNode node, string name)
    {
        foreach (var formats in node.Class.Inputs.Where(i => i.Formats is not null
            && node.Find(i.Name) is { Value.ValueKind: JsonValueKind.String }))
        {
            // The query has found a string.
            if (formats.Formats is { ValueKind: JsonValueKind.Object } all
                && all.TryGetProperty(node.Find(formats.Name)!.Value.GetString()!, out var widgets)
                && widgets.ValueKind is JsonValueKind.Array
                && widgets.EnumerateArray().FirstOrDefault(w => IsOf(w, name)) is { ValueKind: JsonValueKind.Array } widget)
            {
                var spec = JsonSerializer.SerializeToElement(widget.EnumerateArray().Skip(1));
                return NodeInput.Read(node.Class.Name, name, spec, isRequired: false) with { IsUnlisted = true, IsWidget = true };
            }
        }

        return null;
    }

    private static bool IsOf(JsonElement widget, string name) =>
        widget.ValueKind is JsonValueKind.Array && widget.GetArrayLength() > 1 && widget[0].ValueKind is JsonValueKind.String
        && widget[0].ValueEquals(name);
}
