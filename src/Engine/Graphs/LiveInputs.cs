using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Lays out the inputs of a node as the front end has them once it has loaded the file: what the catalog says, in its order, with the
/// links of the file; then what only the file has.
/// </summary>
internal sealed class LiveInputs
{
    private readonly GraphNode node;
    private readonly ImmutableArray<LiveInput>.Builder inputs = ImmutableArray.CreateBuilder<LiveInput>();
    private readonly Dictionary<string, int> saved = new(StringComparer.Ordinal);
    private readonly HashSet<string> widgets;
    private readonly List<(string Prefix, int At)> groups = [];

    private LiveInputs(GraphNode node, WidgetReading reading)
    {
        this.node = node;
        widgets = [.. reading.Widgets.Where(w => w.Input is not null).Select(w => w.Name)];
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            saved[node.Inputs[i].Name] = i;
        }
    }

    /// <summary>The inputs; of those that the file alone has, what becomes of them is given to <paramref name="say"/>.</summary>
    public static ImmutableArray<LiveInput> Of(NodeLayout layout, GraphNode node, WidgetReading reading,
        Action<int, LiveExtra, string> say)
    {
        var live = new LiveInputs(node, reading);
        var slots = NodeSlots.Of(name => reading.Choices.GetValueOrDefault(name), LinksOf(node));
        foreach (var slot in slots.Numbered(layout, i => live.widgets.Contains(i.Name)))
        {
            live.Add(slot);
        }

        live.AddOthers(layout, say);
        return live.inputs.ToImmutable();
    }

    /// <summary>What is in use of a node of a file: what is linked.</summary>
    public static Func<string, bool> LinksOf(GraphNode node) => name => node.Input(name) is { Link: not null };

    private void Add(NodeSlot slot)
    {
        var index = saved.Remove(slot.Name, out var found) ? found : -1;
        inputs.Add(new(slot.Name, slot.Input.Type, index < 0 ? null : node.Inputs[index].Link, widgets.Contains(slot.Name), index,
            slot.Input.Match));
        if (slot.Group is { } group)
        {
            var prefix = group.Name + ".";
            groups.RemoveAll(g => g.Prefix == prefix);
            groups.Add((prefix, inputs.Count));
        }
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private void AddOthers(NodeLayout layout, Action<int, LiveExtra, string> say)
    {
        foreach (var (name, index) in saved.OrderBy(s => s.Value).ToArray())
        {
            var input = node.Inputs[index];
            if (input.Widget is { } widget && widget != name && IndexOf(widget) is var at and >= 0
                && inputs[at].Link is null)
            {
                inputs[at] = inputs[at] with { Link = input.Link, Saved = index };
                say(index, LiveExtra.Renamed, widget);
            }
            else if (layout.Inputs.FirstOrDefault(i => i.IsSelector
                && name.StartsWith(i.Name + ".", StringComparison.Ordinal)) is { } selector)
            {
                if (input.Link is not null)
                {
                    say(index, LiveExtra.OfOtherChoice, selector.Name);
                }
            }
            else if (groups.FindIndex(g => name.StartsWith(g.Prefix, StringComparison.Ordinal)) is var group and >= 0)
            {
                if (input.Link is not null)
                {
                    inputs.Insert(groups[group].At, new(name, input.Type, input.Link, false, index));
                    groups[group] = groups[group] with { At = groups[group].At + 1 };
                    for (var later = group + 1; later < groups.Count; later++)
                    {
                        groups[later] = groups[later] with { At = groups[later].At + 1 };
                    }
                }
            }
            else
            {
                inputs.Add(new(name, input.Type, input.Link, false, index));
                if (input.Link is not null)
                {
                    say(index, LiveExtra.OfNode, name);
                }
            }
        }
    }
}

/// <summary>What an input is that the catalog does not have.</summary>
internal enum LiveExtra
{
    /// <summary>A widget of the catalog under another name.</summary>
    Renamed,

    /// <summary>It belongs to a choice of a dynamic combo that is not the saved one.</summary>
    OfOtherChoice,

    /// <summary>Only this node has it.</summary>
    OfNode,
}
