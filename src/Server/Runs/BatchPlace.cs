using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Server.Runs;

/// <summary>Where a run stands in the batch that made it.</summary>
/// <param name="Index">Among the batch's inputs or combinations, from 0.</param>
/// <param name="Axes">What varies within the batch.</param>
public sealed record BatchPlace(int Index, ImmutableArray<BatchAxis> Axes)
{
    /// <summary>The run's own values of what varies, in the shape of a call's body.</summary>
    public JsonObject CellOf(JsonElement? inputs)
    {
        var cell = new JsonObject();
        foreach (var axis in Axes)
        {
            if (axis.Find(inputs) is not { } value)
            {
                continue;
            }

            if (axis.Input is null)
            {
                cell[axis.Tag] = JsonNode.Parse(value.GetRawText());
            }
            else if (cell[axis.Tag] is JsonObject known)
            {
                known[axis.Input] = JsonNode.Parse(value.GetRawText());
            }
            else
            {
                cell[axis.Tag] = new JsonObject { [axis.Input] = JsonNode.Parse(value.GetRawText()) };
            }
        }

        return cell;
    }
}

/// <summary>One value that differs between the calls of a batch.</summary>
/// <param name="Input"><see langword="null"/> where the tag itself is set, to false for instance.</param>
public sealed record BatchAxis(string Tag, string? Input)
{
    /// <summary>What this is called where there is one word for it.</summary>
    public string Name => Input is null ? Tag : $"{Tag}.{Input}";

    public JsonElement? Find(JsonElement? inputs) =>
        inputs is not { ValueKind: JsonValueKind.Object } all || !all.TryGetProperty(Tag, out var tag) ? null
        : Input is null ? (tag.ValueKind is JsonValueKind.Object ? null : tag)
        : tag.ValueKind is JsonValueKind.Object && tag.TryGetProperty(Input, out var value) ? value
        : null;
}
