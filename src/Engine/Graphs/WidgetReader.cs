using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What the widgets of a node hold, by whichever form of <c>widgets_values</c> the file has.</summary>
/// <param name="Choices">What its dynamic combos are set to, by name.</param>
internal sealed record WidgetReading(ImmutableArray<NodeWidget> Widgets, Dictionary<string, string?> Choices);

/// <summary>Reads the values of a node's widgets, and reports where a reading is not the browser's.</summary>
internal sealed class WidgetReader(string nodeClass, NodeLayout layout, GraphNode node, GraphPlace place, GraphReport report)
{
    /// <summary>In the order in which they are tried: the first that suits counts.</summary>
    private static readonly WidgetReadings[] Others =
    [
        WidgetReadings.MarksIfThere, WidgetReadings.NoMarks, WidgetReadings.MarksIfThere | WidgetReadings.MoreMarks,
        WidgetReadings.MarksIfThere | WidgetReadings.ForcedInputs, WidgetReadings.NoMarks | WidgetReadings.ForcedInputs,
    ];

    private GraphPlace Values => place with { Pointer = node.Pointer + "/widgets_values" };

    public WidgetReading Read()
    {
        if (PseudoArray(node.Values) is { } values)
        {
            return ReadArray(values);
        }

        if (node.Values.ValueKind is JsonValueKind.Object)
        {
            if (!IsWrittenByName)
            {
                report.Differs("D2", Values, "The values are an object and read by name. The browser sends none of them.");
            }

            return ReadNames(node.Values, IsWrittenByName);
        }

        if (node.Named.ValueKind is JsonValueKind.Object && node.Named.EnumerateObject().Any())
        {
            if (!node.IsReplaced)
            {
                report.Differs("D1", place with { Pointer = node.Pointer + "/widgets_values_named" },
                "There are only named values, which are read. A front end that does not know them sends defaults.");
            }

            return ReadNames(node.Named, false);
        }

        return ReadArray([]);
    }

    // Nodes of this pack write and read their values themselves.
    private bool IsWrittenByName => nodeClass.StartsWith("VHS_", StringComparison.Ordinal);

    private WidgetReading ReadArray(ImmutableArray<JsonElement> all)
    {
        if (all.Length > GraphBounds.Values)
        {
            report.Refuse("D4", Values, $"One node has more than {GraphBounds.Values} values.");
            all = [];
        }

        var values = ForcedInputs.Without(layout, all);
        if (values.Length != all.Length)
        {
            report.Note("B3", Values, "The values have places for inputs that only a link can set; they are passed over.");
        }

        var best = Pass(WidgetReadings.Browser, values);
        var used = WidgetReadings.Browser;
        if (best.Misfit > 0)
        {
            var least = best.Misfit;
            foreach (var other in Others)
            {
                if (Pass(other, values) is var pass && pass.Misfit < least)
                {
                    (best, used, least) = (pass, other, pass.Misfit);
                }
            }
        }

        Say(best, used, values);
        return new(best.Widgets, best.Choices);
    }

    private WidgetPass Pass(WidgetReadings readings, ImmutableArray<JsonElement> values)
    {
        var pass = new WidgetPass(nodeClass, node, readings, values);
        pass.Read(layout);
        return pass;
    }

    private void Say(WidgetPass pass, WidgetReadings readings, ImmutableArray<JsonElement> values)
    {
        if (readings is not WidgetReadings.Browser)
        {
            var rule = readings.HasFlag(WidgetReadings.ForcedInputs) ? "B3" : readings.HasFlag(WidgetReadings.MoreMarks) ? "C3" : "C2";
            report.Differs(rule, Values, rule switch
            {
                "B3" => "The values have places for inputs that only a link can set; they are passed over. The browser reads them shifted.",
                "C3" => "A mark behind a seed that the catalog has none for is passed over. The browser reads the values shifted.",
                _ => "The file has no control mark where the catalog has one; the values are read without. The browser reads them shifted.",
            });
        }

        foreach (var unknown in pass.Unknown)
        {
            report.Refuse("H1", Values with { Input = unknown.Name },
                $"'{unknown.Value}' is no choice of {unknown.Name}; there {Listed(unknown)}. Which values belong to it is not known, "
                + "and the browser reads them shifted.");
        }

        if (values.IsEmpty && pass.Widgets.Any(w => w is { IsSent: true, Input: not null }))
        {
            report.Note("D4", Values, "The file has no values of this node; the defaults are sent.");
        }

        if (values.Length > pass.Used && pass.Unknown.Count == 0)
        {
            report.Note("B7", Values, $"The last {values.Length - pass.Used} of {values.Length} values belong to no widget.");
        }

        foreach (var widget in pass.Widgets)
        {
            Say(widget, values.Length > 0);
        }

        SayPreview();

        if (node.Named.ValueKind is JsonValueKind.Object && node.Values.ValueKind is JsonValueKind.Array)
        {
            foreach (var widget in pass.Widgets)
            {
                if (node.Named.Member(widget.Name) is { ValueKind: not JsonValueKind.Undefined } named
                    && !JsonElement.DeepEquals(named, widget.Value))
                {
                    report.Note("D1", Values with { Input = widget.Name },
                        $"widgets_values_named has another value of {widget.Name}; the array counts, as in the browser.");
                }
            }
        }
    }

    // Not in the file, and of no use to a host.
    private void SayPreview()
    {
        if (nodeClass is "SaveWEBM")
        {
            report.Differs("B6", place with { Input = "video-preview" },
                "A browser that shows what this node saved last also sends an empty 'video-preview'.");
        }
    }

    private void Say(NodeWidget widget, bool hasValues)
    {
        if (widget.Input is { } remote && remote.Extra.Member("remote").IsThere())
        {
            report.Differs("B5", Values with { Input = widget.Name },
                $"The list of {widget.Name} is fetched by the browser, which may put its first entry in the place of the saved value.");
        }

        if (!widget.IsSaved)
        {
            if (hasValues && widget is { IsSent: true, Input: not null })
            {
                report.Note("D4", Values with { Input = widget.Name }, $"The file has no value of {widget.Name}; the default is sent.");
            }
        }
        else if (widget.Input is { IsSelector: false } input && WidgetFit.Of(input, widget.Value, false) > 1)
        {
            report.Note("D4", Values with { Input = widget.Name },
                $"The value of {widget.Name} is no {input.Widget}; it is sent as it is saved.");
        }
        else if (widget.Input is { Widget: "COMBO" } combo && widget.Value.Text() is { } text && Meant(combo, text) is { } meant)
        {
            report.Note("D5", Values with { Input = widget.Name },
                $"'{text}' is not offered for {widget.Name}; '{meant}' is. It is sent as it is saved.");
        }
    }

    private WidgetReading ReadNames(JsonElement names, bool sendsOthers)
    {
        var read = new NamedWidgets(node, names);
        foreach (var input in layout.Inputs)
        {
            read.Read(input, input.Name);
        }

        read.ReadOthers(sendsOthers);
        foreach (var (widget, isUnknown) in read.Unknown)
        {
            if (isUnknown)
            {
                report.Refuse("H1", Values with { Input = widget.Name },
                    $"'{widget.Value}' is no choice of {widget.Name}; there {Listed(widget)}.");
            }
            else
            {
                report.Note("D2", Values with { Input = widget.Name }, $"{widget.Name} is no widget of the catalog and left out.");
            }
        }

        return new(read.Widgets, read.Choices);
    }

    private static string? Meant(LayoutInput combo, string text)
    {
        string? found = null;
        foreach (var option in combo.Options)
        {
            if (option.Text() is { } name)
            {
                if (name == text)
                {
                    return null;
                }

                found ??= name.Equals(text, StringComparison.OrdinalIgnoreCase) || name.Replace('\\', '/') == text.Replace('\\', '/')
                    ? name : null;
            }
        }

        return found;
    }

    private static string Listed(NodeWidget selector) =>
        selector.Input is { Choices: { IsEmpty: false } choices }
            ? "are " + string.Join(", ", choices.Take(8).Select(c => $"'{c.Key}'")) + (choices.Length > 8 ? "…" : "") : "are none";

    // An array, or an object that is one: {"0":…,"1":…,"length":2}.
    private static ImmutableArray<JsonElement>? PseudoArray(JsonElement values)
    {
        if (values.ValueKind is JsonValueKind.Array)
        {
            return [.. values.EnumerateArray()];
        }

        if (values.Member("length").Int() is not (>= 0 and <= GraphBounds.Values and { } length)
            || values.Member("0").ValueKind is JsonValueKind.Undefined)
        {
            return null;
        }

        return [.. Enumerable.Range(0, length).Select(i => values.Member($"{i}")).Select(v => v.IsThere() ? v : LooseJson.Null)];
    }
}
