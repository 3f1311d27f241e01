using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads rgthree's Power Lora Loader, which has a widget for each LoRA that somebody added, and counts them.</summary>
internal static class PowerLora
{
    // A file may lie as deep as its reader takes it.
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = GraphBounds.JsonDepth };

    public static bool Is(string type) => type is "Power Lora Loader (rgthree)";

    public static WidgetReading Read(GraphNode node)
    {
        var widgets = ImmutableArray.CreateBuilder<NodeWidget>();
        var isSeparate = node.Property("Show Strengths").Text() is "Separate Model & Clip";
        var count = 0;
        foreach (var value in node.Values.Items().Take(GraphBounds.Values))
        {
            if (value.Member("lora").ValueKind is not JsonValueKind.Undefined)
            {
                widgets.Add(new($"lora_{++count}", isSeparate ? value : WithoutSecond(value), null));
            }
            else if (value.Text("type") is "PowerLoraLoaderHeaderWidget")
            {
                widgets.Add(new("PowerLoraLoaderHeaderWidget", value, null));
            }
        }

        widgets.Add(new("➕ Add Lora", LooseJson.EmptyText, null));
        return new(widgets.ToImmutable(), []);
    }

    private static JsonElement WithoutSecond(JsonElement lora)
    {
        if (lora.Member("strengthTwo").ValueKind is JsonValueKind.Undefined)
        {
            return lora;
        }

        var copy = JsonObject.Create(lora)!; // A value with a member is an object.
        copy.Remove("strengthTwo");
        return JsonSerializer.SerializeToElement(copy, Deep);
    }
}
