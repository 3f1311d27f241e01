using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>How the positions of <c>widgets_values</c> may be meant.</summary>
[Flags]
internal enum WidgetReadings
{
    /// <summary>As the browser reads them: each position is what the catalog of today has there.</summary>
    Browser = 0,

    /// <summary>A mark is passed over only where there is one.</summary>
    MarksIfThere = 1,

    /// <summary>The file is from before there were marks.</summary>
    NoMarks = 2,

    /// <summary>Packs put marks behind seeds that the catalog has none for.</summary>
    MoreMarks = 4,

    /// <summary>Files of older front ends have positions for inputs that only links may set.</summary>
    ForcedInputs = 8,
}

/// <summary>Reads the positions of one node's <c>widgets_values</c> in one way.</summary>
internal sealed class WidgetPass(string nodeClass, GraphNode node, WidgetReadings readings, ImmutableArray<JsonElement> values)
{
    private const int WrongMark = 3;
    private readonly ImmutableArray<NodeWidget>.Builder widgets = ImmutableArray.CreateBuilder<NodeWidget>();
    private int at;

    /// <summary>How badly the values suit the widgets, read so.</summary>
    public int Misfit { get; private set; }

    /// <summary>How many positions were read.</summary>
    public int Used => Math.Min(at, values.Length);

    public ImmutableArray<NodeWidget> Widgets => widgets.ToImmutable();

    /// <summary>The choices of dynamic combos.</summary>
    public Dictionary<string, string?> Choices { get; } = new(StringComparer.Ordinal);

    /// <summary>The dynamic combos whose choice the catalog does not know: what follows cannot be told apart.</summary>
    public List<NodeWidget> Unknown { get; } = [];

    public void Read(NodeLayout layout)
    {
        foreach (var input in layout.Inputs)
        {
            Read(input, input.Name);
        }

        foreach (var slot in WidgetSlots.AtEnd(nodeClass, layout))
        {
            Read(slot);
        }
    }

    private void Read(LayoutInput input, string name)
    {
        if (input.Group is { } group)
        {
            ReadGroup(group, name);
            return;
        }

        if (!input.IsWidget && !IsWidgetOfPack(input, name))
        {
            at += input.IsForced && readings.HasFlag(WidgetReadings.ForcedInputs) ? 1 : 0;
            return;
        }

        var value = Take();
        if (value is { } saved)
        {
            Misfit += WidgetFit.Of(input, saved, readings is not WidgetReadings.Browser);
        }

        var widget = new NodeWidget(name, value ?? input.Default(), input, input.Widget is not "RESOLUTION_PREVIEW", value is not null);
        widgets.Add(widget);
        foreach (var slot in WidgetSlots.Behind(nodeClass, input, name))
        {
            Read(slot);
        }

        if (readings.HasFlag(WidgetReadings.MoreMarks) && input.Widget is "INT" && !ControlMarks.Has(input, name)
            && name.Contains("seed", StringComparison.OrdinalIgnoreCase) && at < values.Length && ControlMarks.IsWord(values[at]))
        {
            at++;
        }

        if (input.IsSelector)
        {
            ReadChoice(input, widget);
        }
    }

    private void ReadChoice(LayoutInput input, NodeWidget widget)
    {
        var key = widget.Value.Text();
        Choices[widget.Name] = key;
        if (input.Choice(key) is not { } choice)
        {
            Unknown.Add(widget);
            return;
        }

        foreach (var child in choice.Inputs)
        {
            Read(child, $"{widget.Name}.{child.Name}");
        }
    }

    // A group of sockets has no values. One of widgets has as many as the file says.
    private void ReadGroup(LayoutGroup group, string name)
    {
        if (!group.Inputs.Any(i => i.IsWidget))
        {
            return;
        }

        for (var i = 0; i < group.Repetitions(name, LiveInputs.LinksOf(node)); i++)
        {
            foreach (var input in group.Inputs)
            {
                if (group.NameOf(i, input) is { } own)
                {
                    Read(input with { Group = null }, $"{name}.{own}");
                }
            }
        }
    }

    private void Read(WidgetSlot slot)
    {
        if (slot.Kind is SlotKind.Mark or SlotKind.Filter)
        {
            ReadMark(slot);
            return;
        }

        var value = slot.Kind is SlotKind.Constant ? Past() : Take();
        widgets.Add(new(slot.Name, value ?? (slot.Default.IsThere() ? slot.Default : LooseJson.Null), null,
            slot.Kind is SlotKind.Sent or SlotKind.Constant,
            value is not null));
    }

    private void ReadMark(WidgetSlot slot)
    {
        if (readings.HasFlag(WidgetReadings.NoMarks) || at >= values.Length)
        {
            return;
        }

        var isOne = slot.Kind is SlotKind.Mark
            ? ControlMarks.Is(values[at]) || values[at].ValueKind is JsonValueKind.Null
            : values[at].ValueKind is JsonValueKind.String or JsonValueKind.Null;
        if (readings.HasFlag(WidgetReadings.MarksIfThere) && !isOne)
        {
            return;
        }

        Misfit += isOne ? 0 : WrongMark;
        widgets.Add(new(slot.Name, values[at], null, IsSent: false));
        at++;
    }

    private JsonElement? Take() => at < values.Length ? values[at++] : Past();

    private JsonElement? Past()
    {
        at++;
        return null;
    }

    // Packs have widgets of their own kinds, which the file alone tells.
    private bool IsWidgetOfPack(LayoutInput input, string name) =>
        !input.IsForced && input.Type is not "*" && node.Input(name) is { Widget: not null };
}
