using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What the front end makes of a widget's value when it sends it.</summary>
internal sealed class WidgetText(PrefixText prefixes, GraphMoment? moment, GraphReport report)
{
    /// <summary>The texts that wait for a moment.</summary>
    public ImmutableArray<LaterText>.Builder Later { get; } = ImmutableArray.CreateBuilder<LaterText>();

    private static readonly JsonElement NoComparison = JsonElement.Parse("""["",""]""");

    public JsonElement Of(NodeView view, NodeWidget widget, GraphPlace place)
    {
        var value = widget.Value;
        if (widget.Input is { } input)
        {
            if (input.Widget is "IMAGECOMPARE")
            {
                return NoComparison;
            }

            if (input.Extra.Member("dynamicPrompts").Is() && value.Text() is { } text)
            {
                return Dynamic(text, value, place);
            }
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            return value;
        }

        return widget.Name switch
        {
            "filename_prefix" when PrefixText.Has(view.Node.Type) => Prefix(value, place),
            "sampler_name" when view.Node.Type is "KSampler" or "KSamplerAdvanced" => Sampler(value, place),
            _ => value,
        };
    }

    private JsonElement Prefix(JsonElement value, GraphPlace place)
    {
        var replaced = prefixes.Replace(value, place);
        if (moment is null && DateMarks.Has(replaced.Text()) && place is { Node: { } node, Input: { } input })
        {
            Later.Add(new(node, input, IsDynamicPrompt: false));
        }

        return replaced;
    }

    private JsonElement Dynamic(string text, JsonElement value, GraphPlace place)
    {
        var processed = DynamicPrompt.Process(text, moment?.Draw);
        if (processed.IsTooDeep)
        {
            report.Differs("D6", place, "The braces of this text lie too deep in each other; it is sent as it is.");
            return value;
        }

        if (processed.HasChoices)
        {
            report.Note("D6", place, moment is null
                ? "The text has choices in braces. Each run draws anew, as the browser does each time it queues."
                : "The text has choices in braces. The browser draws anew each time it queues; here one is taken for good.");
        }

        if (processed.HasAddress)
        {
            report.Differs("D6", place, "The text has '://', which the browser takes for the begin of a comment; here it stays.");
        }

        if (processed.Text == text)
        {
            return value;
        }

        if (moment is null && place is { Node: { } node, Input: { } input })
        {
            Later.Add(new(node, input, IsDynamicPrompt: true));
            return value;
        }

        return LooseJson.Of(processed.Text);
    }

    private JsonElement Sampler(JsonElement value, GraphPlace place)
    {
        var name = value.GetString()!; // The caller has looked.
        if (!name.StartsWith("sample_", StringComparison.Ordinal))
        {
            return value;
        }

        report.Note("A5", place, $"'{name}' is read as '{name["sample_".Length..]}', as files of 2023 need it.");
        return LooseJson.Of(name["sample_".Length..]);
    }
}
