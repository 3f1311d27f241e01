using System.Collections.Immutable;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Lays out the inputs of a node as the front end has them once it has loaded the file: what the catalog says, in its order, with the
/// links of the file; then what only the file has.
/// </summary>
internal sealed class LiveInputs
{
    private readonly GraphNode node;
    private readonly Dictionary<string, string?> choices;
    private readonly ImmutableArray<LiveInput>.Builder inputs = ImmutableArray.CreateBuilder<LiveInput>();
    private readonly Dictionary<string, int> saved = new(StringComparer.Ordinal);
    private readonly HashSet<string> widgets;
    private readonly List<(string Prefix, int At)> groups = [];

    private LiveInputs(GraphNode node, WidgetReading reading)
    {
        this.node = node;
        choices = reading.Choices;
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
        foreach (var input in layout.Inputs.Where(i => !live.widgets.Contains(i.Name)))
        {
            live.Add(input, input.Name);
        }

        foreach (var input in layout.Inputs.Where(i => live.widgets.Contains(i.Name)))
        {
            live.Add(input, input.Name);
        }

        live.AddOthers(layout, say);
        return live.inputs.ToImmutable();
    }

    /// <summary>How often a growing group has its inputs: as far as links go, and once more; a few of them always.</summary>
    public static int Repetitions(LayoutGroup group, string name, GraphNode node)
    {
        var linked = 0;
        for (var i = 0; i < group.Max; i++)
        {
            foreach (var input in group.Inputs)
            {
                if (group.NameOf(i, input) is { } own && node.Input($"{name}.{own}") is { Link: not null })
                {
                    linked = i + 1;
                }
            }
        }

        return Math.Min(Math.Max(group.Min + 1, linked + 1), group.Max);
    }

    private void Add(LayoutInput input, string name)
    {
        if (input.Group is { } group)
        {
            AddGroup(group, name);
            return;
        }

        // The front end puts what a choice brings before the combo's own input.
        foreach (var child in input.Choice(choices.GetValueOrDefault(name))?.Inputs ?? [])
        {
            Add(child, $"{name}.{child.Name}");
        }

        if (!input.IsSocketless)
        {
            Add(name, input.Type, input.Match, widgets.Contains(name));
        }
    }

    private void AddGroup(LayoutGroup group, string name)
    {
        for (var i = 0; i < Repetitions(group, name, node); i++)
        {
            foreach (var input in group.Inputs)
            {
                if (group.NameOf(i, input) is { } own)
                {
                    Add(input, $"{name}.{own}");
                }
            }
        }

        groups.Add((name + ".", inputs.Count));
    }

    private void Add(string name, string type, string? match, bool isWidget)
    {
        var index = saved.Remove(name, out var found) ? found : -1;
        inputs.Add(new(name, type, index < 0 ? null : node.Inputs[index].Link, isWidget, index, match));
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
