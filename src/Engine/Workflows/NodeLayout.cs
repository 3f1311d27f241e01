using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>How the front end lays out the nodes of a class: which inputs are widgets, in which order, with what behind them.</summary>
internal sealed record NodeLayout(ImmutableArray<LayoutInput> Inputs, ImmutableArray<string> Outputs, ImmutableArray<string?> OutputMatches)
{
    public const string DynamicCombo = "COMFY_DYNAMICCOMBO_V3";
    public const string Autogrow = "COMFY_AUTOGROW_V3";
    public const string MatchingType = "COMFY_MATCHTYPE_V3";

    /// <summary>Where a choice of merged catalogs has the order of its inputs, required or not.</summary>
    public const string ChoiceOrder = "input_order";

    private const int MostRepetitions = 100;

    /// <summary>What the front end has widgets for, and what its extensions add to that.</summary>
    private static readonly HashSet<string> Widgets = new(StringComparer.Ordinal)
    {
        "INT", "FLOAT", "BOOLEAN", "STRING", "COMBO", "MARKDOWN", "IMAGEUPLOAD", "COLOR", "IMAGECOMPARE", "BOUNDING_BOX", "CHART",
        "GALLERIA", "PAINTER", "COMPOSITOR", "TEXTAREA", "CURVE", "RANGE", "VIDEO_EDIT", "RESOLUTION_PREVIEW", "BOUNDING_BOXES", "COLORS",
        DynamicCombo, "LOAD_3D", "LOAD_3D_ANIMATION", "WEBCAM", "AUDIO_RECORD", "AUDIO_UI", "AUDIOUPLOAD",
    };

    public static NodeLayout Of(NodeClass nodeClass) => new(
        ReadInputs(nodeClass),
        [.. nodeClass.Outputs],
        [.. nodeClass.Source.Member("output_matchtypes").Items().Select(m => m.Text())]);

    /// <summary>The input that a prompt's node has under a name, be it one of a choice that the node makes.</summary>
    /// <param name="node">The inputs of the node.</param>
    public LayoutInput? Find(string name, JsonElement node) => Find(Inputs, "", name, node);

    private static LayoutInput? Find(ImmutableArray<LayoutInput> inputs, string parent, string name, JsonElement node)
    {
        foreach (var input in inputs)
        {
            var whole = parent + input.Name;
            if (whole == name)
            {
                return input;
            }

            if (name.StartsWith($"{whole}.", StringComparison.Ordinal) && input.Choice(node.Text(whole)) is { } choice
                && Find(choice.Inputs, $"{whole}.", name, node) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static ImmutableArray<LayoutInput> ReadInputs(NodeClass nodeClass)
    {
        var groups = nodeClass.Source.Member("input");
        var (required, optional) = (groups.Member("required"), groups.Member("optional"));
        return
        [
            .. nodeClass.Inputs.Select(i => required.Member(i.Name) is { ValueKind: not JsonValueKind.Undefined } spec
                ? Read(i.Name, spec, isRequired: true)
                : optional.Member(i.Name) is { ValueKind: not JsonValueKind.Undefined } other ? Read(i.Name, other, isRequired: false)
                : new() { Name = i.Name, Type = i.Type, Widget = i.IsWidget ? i.Type : null, IsRequired = false }),
        ];
    }

    private static ImmutableArray<LayoutInput> ReadGroups(JsonElement inputs, JsonElement order = default)
    {
        if (order.ValueKind is JsonValueKind.Array)
        {
            return [
                .. from name in order.EnumerateArray().Select(n => n.Text()).OfType<string>()
                   let required = inputs.Member("required").Member(name)
                   let isRequired = required.ValueKind is not JsonValueKind.Undefined
                   select Read(name, isRequired ? required : inputs.Member("optional").Member(name), isRequired),
            ];
        }

        var read = ImmutableArray.CreateBuilder<LayoutInput>();
        foreach (var group in new[] { "required", "optional" })
        {
            if (inputs.Member(group) is { ValueKind: JsonValueKind.Object } specs)
            {
                foreach (var spec in specs.EnumerateObject())
                {
                    read.Add(Read(spec.Name, spec.Value, group == "required"));
                }
            }
        }

        return read.ToImmutable();
    }

    private static LayoutInput Read(string name, JsonElement spec, bool isRequired)
    {
        var length = spec.ValueKind is JsonValueKind.Array ? spec.GetArrayLength() : 0;
        var first = length > 0 ? spec[0] : default;
        var extra = length > 1 ? spec[1] : default;
        var type = first.ValueKind is JsonValueKind.Array ? "COMBO" : first.Text() is { Length: > 0 } text ? text : "*";
        var widget = extra.Text("widgetType") ?? type;
        var isForced = extra.Member("forceInput").Is() || extra.Member("defaultInput").Is();
        return new()
        {
            Name = name,
            Type = type is MatchingType ? extra.Member("template").Text("allowed_types") ?? "*" : type,
            Widget = !isForced && Widgets.Contains(widget) ? widget : null,
            IsRequired = isRequired,
            Spec = spec,
            Extra = extra,
            Options = widget is DynamicCombo ? []
                : first.ValueKind is JsonValueKind.Array ? [.. first.EnumerateArray()] : [.. extra.Member("options").Items()],
            IsSocketless = extra.Member("socketless").Is(),
            IsForced = isForced && Widgets.Contains(widget),
            Choices = widget is DynamicCombo ? ReadChoices(extra.Member("options")) : [],
            Group = type is Autogrow ? ReadGroup(extra.Member("template")) : null,
            Match = type is MatchingType ? extra.Member("template").Text("template_id") : null,
        };
    }

    private static ImmutableArray<LayoutChoice> ReadChoices(JsonElement options)
    {
        var read = ImmutableArray.CreateBuilder<LayoutChoice>();
        foreach (var option in options.Items())
        {
            if (option.Text("key") is { } key)
            {
                read.Add(new(key, ReadGroups(option.Member("inputs"), option.Member(ChoiceOrder))));
            }
        }

        return read.ToImmutable();
    }

    private static LayoutGroup ReadGroup(JsonElement template)
    {
        ImmutableArray<string> names = [.. template.Member("names").Items().Select(n => n.Text()).OfType<string>()];
        var most = names.IsEmpty ? MostRepetitions : names.Length;
        return new(ReadGroups(template.Member("input")), template.Text("prefix") ?? "", names,
            Math.Clamp(template.Member("min").Int() ?? 1, 0, most), names.IsEmpty
                ? Math.Clamp(template.Member("max").Int() ?? most, 0, MostRepetitions) : names.Length);
    }
}
