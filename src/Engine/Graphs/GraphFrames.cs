using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Where things lie on the canvas: the frames that are drawn around nodes, and what decides which nodes they are around.</summary>
internal static class GraphFrames
{
    public static ImmutableArray<GraphFrame> Read(JsonElement groups)
    {
        var read = ImmutableArray.CreateBuilder<GraphFrame>();
        foreach (var item in groups.Items())
        {
            var box = item.Member("bounding");
            if (box.ValueKind is JsonValueKind.Array && box.GetArrayLength() >= 4)
            {
                read.Add(new(item.Text("title") ?? "", item.Text("color"), Number(box[0]), Number(box[1]), Number(box[2]), Number(box[3])));
            }
        }

        return read.ToImmutable();
    }

    /// <summary>What decides whether a frame is around a node.</summary>
    public static (double X, double Y) CentreOf(JsonElement node) => Centre(Pair(node.Member("pos")), Pair(node.Member("size")));

    private static (double X, double Y) Pair(JsonElement pair) => pair.ValueKind switch
    {
        JsonValueKind.Array when pair.GetArrayLength() >= 2 => (Number(pair[0]), Number(pair[1])),
        JsonValueKind.Object => (Number(pair.Member("0")), Number(pair.Member("1"))),
        _ => (0, 0),
    };

    // The bar with the title is 30 high and lies above the node's position.
    private static (double X, double Y) Centre((double X, double Y) at, (double X, double Y) size) =>
        size is (0, 0) ? at : (at.X + (size.X / 2), at.Y + ((size.Y - 30) / 2));

    private static double Number(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) ? number : 0;
}
