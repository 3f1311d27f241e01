using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>The marks that files have behind seeds: what becomes of the value after a run.</summary>
internal static class ControlMarks
{
    /// <summary>Whether the front end puts a control behind the widget.</summary>
    public static bool Has(LayoutInput input, string name)
    {
        var option = input.Extra.Member("control_after_generate");
        return input.Widget switch
        {
            "INT" => option.IsThere() ? IsOn(option) : name is "seed" or "noise_seed",
            "COMBO" => IsOn(option),
            _ => false,
        };
    }

    /// <summary>Whether the value is a mark of any year: files of 2023 have truth values.</summary>
    public static bool Is(JsonElement value) => IsWord(value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    public static bool IsWord(JsonElement value) =>
        value.Text() is "fixed" or "increment" or "decrement" or "randomize" or "increment-wrap";

    /// <summary>Whether the mark says that the value stays as it is.</summary>
    public static bool IsFixed(JsonElement mark) => mark.ValueKind is JsonValueKind.False || mark.Text() is "fixed";

    private static bool IsOn(JsonElement option) => option.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => option.GetString()!.Length > 0, // A string is never null.
        JsonValueKind.Number => option.GetRawText() != "0",
        JsonValueKind.Object or JsonValueKind.Array => true,
        _ => false,
    };
}
