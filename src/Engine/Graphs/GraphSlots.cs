using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what nodes are joined by: their sockets, the borders of subgraphs, and links of both schemas.</summary>
internal static class GraphSlots
{
    public static GraphLink? ReadLink(JsonElement item)
    {
        var isArray = item.ValueKind is JsonValueKind.Array && item.GetArrayLength() >= 5;
        var (id, origin, target) = isArray
            ? (item[0].Id(), item[1].Id(), item[3].Id())
            : (item.Member("id").Id(), item.Member("origin_id").Id(), item.Member("target_id").Id());
        if (id is null || origin is null || target is null)
        {
            return null;
        }

        return isArray
            ? new(id, origin, item[2].Int() ?? 0, target, item[4].Int() ?? 0, item.GetArrayLength() > 5 ? TypeOf(item[5]) : "*")
            : new(id, origin, item.Member("origin_slot").Int() ?? 0, target, item.Member("target_slot").Int() ?? 0,
                TypeOf(item.Member("type")));
    }

    public static ImmutableArray<GraphInput> ReadInputs(JsonElement inputs)
    {
        var read = ImmutableArray.CreateBuilder<GraphInput>();
        foreach (var item in inputs.Items())
        {
            read.Add(new(item.Text("name") ?? "", TypeOf(item.Member("type")), item.Text("label"), item.Member("widget").Text("name"),
                item.Member("link").Id(), item.Member("widget").Member("config").IsThere()));
        }

        return read.ToImmutable();
    }

    public static ImmutableArray<GraphOutput> ReadOutputs(JsonElement outputs)
    {
        var read = ImmutableArray.CreateBuilder<GraphOutput>();
        foreach (var item in outputs.Items())
        {
            var links = item.Member("links");
            read.Add(new(item.Text("name") ?? "", TypeOf(item.Member("type")),
                links.ValueKind is JsonValueKind.Array && links.GetArrayLength() > 0));
        }

        return read.ToImmutable();
    }

    public static ImmutableArray<GraphBorder> ReadBorder(JsonElement slots)
    {
        var read = ImmutableArray.CreateBuilder<GraphBorder>();
        foreach (var item in slots.Items().Take(GraphBounds.Inputs))
        {
            var links = ImmutableArray.CreateBuilder<string>();
            foreach (var link in item.Member("linkIds").Items())
            {
                if (link.Id() is { } id)
                {
                    links.Add(id);
                }
            }

            read.Add(new(item.Text("id") ?? "", item.Text("name") ?? "", TypeOf(item.Member("type")), item.Text("label"),
                links.ToImmutable()));
        }

        return read.ToImmutable();
    }

    // A number stands for an event or an action of LiteGraph's; 0 and "" for anything.
    private static string TypeOf(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.String => type.GetString() is { Length: > 0 } text ? text : "*",
        JsonValueKind.Array => "COMBO",
        _ => "*",
    };
}
