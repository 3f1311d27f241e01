using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the values of a node whose file has them by name.</summary>
internal sealed class NamedWidgets(GraphNode node, JsonElement names)
{
    private readonly ImmutableArray<NodeWidget>.Builder widgets = ImmutableArray.CreateBuilder<NodeWidget>();
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public ImmutableArray<NodeWidget> Widgets => widgets.ToImmutable();

    public Dictionary<string, string?> Choices { get; } = new(StringComparer.Ordinal);

    /// <summary>What the catalog does not know: choices of dynamic combos, and names.</summary>
    public List<(NodeWidget Widget, bool IsChoice)> Unknown { get; } = [];

    public void Read(LayoutInput input, string name)
    {
        if (!input.IsWidget && node.Input(name) is not { Widget: not null })
        {
            return;
        }

        var saved = names.Member(name);
        read.Add(name);
        var widget = new NodeWidget(name, saved.ValueKind is JsonValueKind.Undefined ? input.Default() : saved, input,
            IsSaved: saved.ValueKind is not JsonValueKind.Undefined);
        widgets.Add(widget);
        if (!input.IsSelector)
        {
            return;
        }

        var key = widget.Value.Text();
        Choices[name] = key;
        if (input.Choice(key) is not { } choice)
        {
            Unknown.Add((widget, true));
            return;
        }

        foreach (var child in choice.Inputs)
        {
            Read(child, $"{name}.{child.Name}");
        }
    }

    /// <summary>What else has a value: some packs have more widgets than their classes say.</summary>
    public void ReadOthers(bool areSent)
    {
        foreach (var member in names.EnumerateObject().Take(GraphBounds.Values))
        {
            if (!read.Add(member.Name) || member.Name is "videopreview" or "preview" or "length"
                || node.Input(member.Name) is { Widget: null }
                || ControlMarks.IsWord(member.Value))
            {
                continue;
            }

            if (areSent)
            {
                widgets.Add(new(member.Name, member.Value, null));
            }
            else
            {
                Unknown.Add((new(member.Name, member.Value, null), false));
            }
        }
    }
}
