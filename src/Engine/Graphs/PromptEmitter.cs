using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Writes the prompt of an expanded graph: for each node its widgets, then its links, as the browser has them.</summary>
internal sealed class PromptEmitter(GraphViews views, LinkResolver links, WidgetText texts, GraphReport report)
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Dictionary<(string Holder, string Input), int> proxied = [];

    public ImmutableDictionary<string, string>.Builder Pointers { get; } = ImmutableDictionary.CreateBuilder<string,
        string>(StringComparer.Ordinal);

    public ImmutableArray<CarriedInput>.Builder Carried { get; } = ImmutableArray.CreateBuilder<CarriedInput>();

    public ImmutableArray<FixedSeed>.Builder Fixed { get; } = ImmutableArray.CreateBuilder<FixedSeed>();

    /// <summary>The texts that wait for a moment.</summary>
    public ImmutableArray<LaterText>.Builder Later => texts.Later;

    public JsonElement? Write(IEnumerable<GraphScope> scopes)
    {
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, MaxDepth = GraphBounds.JsonDepth });
        writer.WriteStartObject();
        foreach (var scope in scopes)
        {
            foreach (var node in scope.Graph.Nodes.OrderBy(n => n.Order))
            {
                var view = views.Of(scope, node);
                if (node.Mode is not NodeMode.Always || view.Virtual is not VirtualKind.None || view.Definition is not null)
                {
                    continue;
                }

                Write(writer, scope, view);
                if (writer.BytesCommitted + writer.BytesPending > GraphBounds.Characters)
                {
                    report.Refuse("I1", new(null, null, null, ""), $"The prompt would have more than {GraphBounds.Characters} characters.");
                    return null;
                }
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return report.IsRefused ? null
            : JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = GraphBounds.JsonDepth });
    }

    private void Write(Utf8JsonWriter writer, GraphScope scope, NodeView view)
    {
        var id = scope.IdOf(view.Node);
        Pointers[id] = view.Node.Pointer;
        writer.WritePropertyName(id);
        writer.WriteStartObject();
        writer.WriteStartObject("inputs"u8);
        WriteInputs(writer, scope, view);
        writer.WriteEndObject();
        writer.WriteString("class_type"u8, view.Node.Type);
        writer.WriteStartObject("_meta"u8);
        writer.WriteString("title"u8, view.Node.Title ?? view.Class?.DisplayName ?? view.Node.Type);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteInputs(Utf8JsonWriter writer, GraphScope scope, NodeView view)
    {
        var sources = new LinkSource[view.Inputs.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = links.Resolve(scope, view.Node, i);
        }

        for (var i = 0; i < view.Widgets.Length; i++)
        {
            var widget = view.Widgets[i];
            if (!widget.IsSent)
            {
                continue;
            }

            var source = view.InputOf(i) is var at and >= 0 ? sources[at] : LinkSource.Nothing.Instance;
            if (source is not LinkSource.Output && view.Class?.Find(widget.Name) is { IsSeed: true }
                && ControlMarks.IsFixed(MarkOf(view, i, source)))
            {
                Fixed.Add(new(scope.IdOf(view.Node), widget.Name));
            }

            var own = scope.Overrides.TryGetValue((view.Node.Id, widget.Name), out var held)
                ? widget with { Value = held, IsSaved = true } : widget;
            if (i == 1 && view.Class is not null && CustomCombo.Is(view.Node.Type))
            {
                own = own with { Value = CustomCombo.IndexOf(view, Effective(scope, view, 0, sources)) };
            }

            switch (source)
            {
                case LinkSource.Output:
                    break;
                case LinkSource.Value value:
                    Carry(value, scope.IdOf(view.Node), widget.Name);
                    WriteValue(writer, scope, view, own with { Value = value.Json, IsSaved = true },
                        isPromoted: value.Holder.Type is not "PrimitiveNode");
                    break;
                default:
                    CarryProxied(scope, view.Node, widget.Name);
                    WriteValue(writer, scope, view, own, scope.Proxied.Contains((view.Node.Id, widget.Name)));
                    break;
            }
        }

        for (var i = 0; i < sources.Length; i++)
        {
            WriteLink(writer, scope, view, i, sources[i]);
        }
    }

    // What a widget holds once instances and primitives have had their say.
    private static JsonElement Effective(GraphScope scope, NodeView view, int widget, LinkSource[] sources) =>
        view.InputOf(widget) is >= 0 and var at && sources[at] is LinkSource.Value value ? value.Json
            : scope.Overrides.TryGetValue((view.Node.Id, view.Widgets[widget].Name), out var held) ? held : view.Widgets[widget].Value;

    // The control behind a seed; a primitive has its own behind the value that it sets.
    private static JsonElement MarkOf(NodeView view, int widget, LinkSource source) =>
        source is LinkSource.Value { Holder: { Type: "PrimitiveNode" } primitive } ? primitive.Values.Items().Skip(1).FirstOrDefault()
        : widget + 1 < view.Widgets.Length && view.Widgets[widget + 1] is { Input: null, IsSent: false } mark ? mark.Value
        : default;

    private void Carry(LinkSource.Value value, string node, string input)
    {
        foreach (var passed in value.Through)
        {
            Carried.Add(new(passed.Id, passed.Title, passed.Name, node, input));
        }

        Carried.Add(new(value.Id, value.Holder.Title, value.Name, node, input));
    }

    // Older files proxy widgets of inner nodes on the instance, with no link between them. Those of one name are told apart as the front
    // end does when it makes inputs of them.
    private void CarryProxied(GraphScope scope, GraphNode node, string input)
    {
        var (at, id) = (scope, node.Id);
        while (at is { Parent: { } outer, Instance: { } instance } && at.Overrides.ContainsKey((id, input)))
        {
            var holder = outer.IdOf(instance);
            var before = proxied[(holder, input)] = proxied.GetValueOrDefault((holder, input), -1) + 1;
            Carried.Add(new(holder, instance.Title, before == 0 ? input : $"{input}_{before}", scope.IdOf(node), input));
            (at, id) = (outer, instance.Id);
        }
    }

    private void WriteLink(Utf8JsonWriter writer, GraphScope scope, NodeView view, int input, LinkSource source)
    {
        var name = view.Inputs[input].Name;
        switch (source)
        {
            case LinkSource.Output output:
                writer.WritePropertyName(name);
                writer.WriteStartArray();
                writer.WriteStringValue(output.Node);
                writer.WriteNumberValue(output.Slot);
                writer.WriteEndArray();
                break;
            case LinkSource.Value { Holder.Type: "PrimitiveNode" } value when view.Widget(name) is null && !view.Inputs[input].IsWidget:
                report.Note("E2", scope.Place(view.Node, name),
                    $"{name} has no widget that the value of the primitive {value.Id} could go into: as in the browser, nothing is sent.");
                break;
            case LinkSource.Value value when view.Widget(name) is null && !view.Inputs[input].IsWidget:
                report.Note("G4", scope.Place(view.Node, name), $"{name} has no widget here, and gets the value of a promoted one.");
                Carry(value, scope.IdOf(view.Node), name);
                WriteWrapped(writer, name, value.Json);
                break;
        }
    }

    private void WriteValue(Utf8JsonWriter writer, GraphScope scope, NodeView view, NodeWidget widget, bool isPromoted)
    {
        var place = scope.Place(view.Node, widget.Name);
        if (BrowserOnly.Refuses(widget))
        {
            report.Refuse("D9", place,
                $"{widget.Name} is made by the browser itself ({widget.Input!.Widget}), and the file does not hold it.");
            return;
        }

        var value = texts.Of(view, widget, place);
        if (isPromoted && !JsonElement.DeepEquals(value, widget.Value))
        {
            report.Differs("G4", place,
                $"The value comes from an instance around the node, and is resolved as any value of {widget.Name} is. "
                + "The browser sends it as it is.");
        }

        WriteWrapped(writer, widget.Name, value);
    }

    // A bare array would be taken for a link.
    private static void WriteWrapped(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        if (value.ValueKind is JsonValueKind.Array)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("__value__"u8);
            value.WriteTo(writer);
            writer.WriteEndObject();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
