using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>How badly a value suits the widget that it would fall to: 0 when it suits. Shifted files are recognised by this.</summary>
internal static class WidgetFit
{
    private const int Doubtful = 1;
    private const int Wrong = 3;

    /// <param name="isThorough">Whether a combo is asked what it offers, which takes time.</param>
    public static int Of(LayoutInput input, JsonElement value, bool isThorough) => value.ValueKind is JsonValueKind.Null ? 0
        : input.Widget switch
        {
            "INT" or "FLOAT" => value.ValueKind switch
            {
                JsonValueKind.Number => 0,
                JsonValueKind.String when decimal.TryParse(value.GetString(), out _) => Doubtful,
                _ => Wrong,
            },
            "BOOLEAN" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? 0
                : value.ValueKind is JsonValueKind.Number && value.GetRawText() is "0" or "1" ? Doubtful : Wrong,
            "COMBO" => OfCombo(input, value, isThorough),
            "STRING" => value.ValueKind is JsonValueKind.String ? ControlMarks.IsWord(value) ? Doubtful : 0
                : value.ValueKind is JsonValueKind.Number ? Doubtful : Wrong,
            NodeLayout.DynamicCombo => input.Choice(value.Text()) is null ? Wrong + 1 : 0,
            _ => 0,
        };

    private static int OfCombo(LayoutInput input, JsonElement value, bool isThorough) => value.ValueKind switch
    {
        JsonValueKind.Array or JsonValueKind.Object =>
            input.Extra.Member("multi_select").IsThere() || input.Extra.Member("multiselect").Is() ? 0 : Wrong,
        JsonValueKind.String when !isThorough && !ControlMarks.IsWord(value)
            && (input.Options.IsEmpty || input.Options[0].ValueKind is JsonValueKind.String) => 0,
        _ when input.Options.IsEmpty || Offers(input, value) => 0,
        JsonValueKind.String => ControlMarks.IsWord(value) || input.Options[0].ValueKind is not JsonValueKind.String ? Wrong : Doubtful,
        // Texts are offered and a number came, or the other way.
        _ => Wrong,
    };

    private static bool Offers(LayoutInput input, JsonElement value)
    {
        foreach (var option in input.Options)
        {
            if (JsonElement.DeepEquals(option, value))
            {
                return true;
            }
        }

        return false;
    }
}
