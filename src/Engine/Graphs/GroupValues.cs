using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what an instance of a group node holds for the nodes within: their values, one node after the other.</summary>
internal sealed class GroupValues(GraphScope inner, GraphNode instance, GraphViews views, GraphReport report)
{
    private GraphPlace Place => inner.Parent!.Place(instance) with { Pointer = instance.Pointer + "/widgets_values" }; // It is an instance.

    public void Fill()
    {
        report.Differs("G7", inner.Parent!.Place(instance),
            "A group node: its nodes are sent with the ids of front ends of its time. Newer ones "
            + "make a subgraph of it, give other ids, and may read its values and its mode wrong.");
        ImmutableArray<JsonElement> values = [.. instance.Values.Items().Take(GraphBounds.Values)];
        var all = Slots().ToArray();
        var shown = all.Where(s => !s.IsHidden).ToArray();
        var slots = values.Length == all.Length || values.Length > shown.Length ? all : shown;
        for (int at = 0, s = 0; s < slots.Length && at < values.Length; s++)
        {
            var slot = slots[s];
            if (slot.Widget.Name is "control_after_generate" && !ControlMarks.Is(values[at]))
            {
                continue;
            }

            var value = values[at++];
            if (slot.Border >= 0)
            {
                inner.Hosted[slot.Border] = value;
            }
        }

        if (values.Length > slots.Length)
        {
            report.Note("G7", Place, $"The last {values.Length - slots.Length} of {values.Length} values belong to no widget.");
        }
    }

    private IEnumerable<(NodeWidget Widget, int Border, bool IsHidden)> Slots()
    {
        foreach (var node in inner.Graph.Nodes)
        {
            var hides = false;
            foreach (var widget in views.Of(inner, node).Widgets)
            {
                var border = BorderOf($"{node.Id}.{widget.Name}");
                if (border >= 0 && widget.Input is not null && inner.Hosted[border].ValueKind is JsonValueKind.Undefined)
                {
                    inner.Hosted[border] = widget.Value;
                }

                hides = border >= 0 ? inner.Graph.Inputs[border].Label is "hidden" : hides && widget.Input is null;
                yield return (widget, border, hides);
            }
        }
    }

    private int BorderOf(string id)
    {
        for (var i = 0; i < inner.Graph.Inputs.Length; i++)
        {
            if (inner.Graph.Inputs[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}
