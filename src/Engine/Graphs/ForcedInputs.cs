using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Takes out the places that front ends before 1.16 kept for inputs that only a link can set.</summary>
internal static class ForcedInputs
{
    /// <summary>The values without those places; all of them where their count says that the file has none.</summary>
    public static ImmutableArray<JsonElement> Without(NodeLayout layout, ImmutableArray<JsonElement> values)
    {
        if (!layout.Inputs.Any(i => i.IsForced))
        {
            return values;
        }

        var flags = new List<bool>();
        foreach (var input in layout.Inputs.Where(i => i.IsWidget || i.IsForced))
        {
            flags.Add(input.IsForced);
            if (input.Extra.Member("control_after_generate").IsThere()
                && !(input.Extra.Member("control_after_generate").ValueKind is JsonValueKind.False))
            {
                flags.Add(false);
            }
        }

        return flags.Count == values.Length ? [.. values.Where((_, i) => !flags[i])] : values;
    }
}
