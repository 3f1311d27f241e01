using System.Globalization;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Checks a literal against what the node catalog says of its input: type, range, enum. A step is a hint for sliders, which ComfyUI does
/// not check.
/// </summary>
internal static class ScalarCheck
{
    private const int MostListed = 20;
    private const int LongestShown = 100;

    // What no integer of a tensor library holds. ComfyUI takes it and the node fails.
    private const decimal LeastInteger = long.MinValue;
    private const decimal MostInteger = ulong.MaxValue;

    private const int DeepestAny = 16;
    private const int LongestAny = 64 << 10;
    private const string TakeFiles =
        "If it names a file that callers may send, the workflow's author says so in the node's title: [tag:input=file].";

    /// <summary>What is wrong with the value, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? Of(NodeInput input, JsonElement value) => input.ValueType switch
    {
        InputType.Int => OfInteger(input, value),
        InputType.Float => OfNumber(input, value),
        InputType.String => value.ValueKind is JsonValueKind.String ? null : Expected("a string", value),
        InputType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Expected("true or false", value),
        InputType.Combo => OfCombo(input, value),
        InputType.Any or InputType.Wildcard => OfAny(value),
        _ => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Expected("a string, number or boolean", value) : null,
    };

    /// <summary>The value as ComfyUI takes it: 20.0 for a whole number becomes 20.</summary>
    public static JsonElement Normal(NodeInput input, JsonElement value) =>
        input.ValueType is InputType.Int && value.TryGetDecimal(out var number) && value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E')
            ? JsonElement.Parse(decimal.Truncate(number).ToString(CultureInfo.InvariantCulture))
            : value;

    private static string? OfInteger(NodeInput input, JsonElement value) =>
        value.ValueKind is not JsonValueKind.Number
        ? Expected(input.IsSeed ? $"a whole number, \"{SeedWord.Random}\" or \"{SeedWord.Saved}\"" : "a whole number", value)
        : !value.TryGetDecimal(out var number) || number != decimal.Truncate(number) ? $"A whole number is expected, not {Shown(value)}."
        : OfRange(input.Min, input.Max, number) ?? OfRange(LeastInteger, MostInteger, number);

    private static string? OfNumber(NodeInput input, JsonElement value) =>
        value.ValueKind is not JsonValueKind.Number ? Expected("a number", value)
        : !value.TryGetDecimal(out var number) ? $"{Shown(value)} is out of any range."
        : OfRange(input.Min, input.Max, number);

    private static string? OfRange(decimal? min, decimal? max, decimal number) =>
        number < min ? $"{Text(number)} is less than the least allowed, {Text(min.Value)}."
        : number > max ? $"{Text(number)} is more than the most allowed, {Text(max.Value)}."
        : null;

    // The node takes what it likes; only what would not reach it as a value is refused.
    private static string? OfAny(JsonElement value) =>
        IsLink(value) ? "An array of a text or number and a number is a link to another node for ComfyUI, which callers cannot make."
        : value.GetRawText().Length > LongestAny ? $"The value is longer than {LongestAny} characters."
        : DepthOf(value) > DeepestAny ? $"The value is nested more than {DeepestAny} levels deep."
        : null;

    private static bool IsLink(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 2
        && value[0].ValueKind is JsonValueKind.String or JsonValueKind.Number && value[1].ValueKind is JsonValueKind.Number;

    private static int DepthOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 1 + value.EnumerateObject().Select(p => DepthOf(p.Value)).DefaultIfEmpty(0).Max(),
        JsonValueKind.Array => 1 + value.EnumerateArray().Select(DepthOf).DefaultIfEmpty(0).Max(),
        _ => 0,
    };

    private static string? OfCombo(NodeInput input, JsonElement value) =>
        input.IsMultiselect && value.ValueKind is JsonValueKind.Array && !IsLink(value)
            ? value.EnumerateArray().Select(v => OfOption(input, v)).FirstOrDefault(f => f is not null)
            : OfOption(input, value);

    private static string? OfOption(NodeInput input, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return value.ValueKind is JsonValueKind.Object ? $"{Expected("one of a list of values", value)} {TakeFiles}"
                : Expected("one of a list of values", value);
        }

        // A string is never null.
        if (input.Offers(value) || (value.ValueKind is JsonValueKind.String && input.OffersSpelled(value.GetString()!)))
        {
            return null;
        }

        if (FileBinder.IsFile(value))
        {
            return $"The input takes one of the values that hosts offer, and no file. {TakeFiles}";
        }

        if (input.Options.IsEmpty)
        {
            return null;
        }

        // A string is never null.
        var names = input.Options.Select(o => o.ValueKind is JsonValueKind.String ? o.GetString()! : o.GetRawText()).ToArray();
        var given = Shortened(value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText());
        return names.Length <= MostListed
            ? $"'{given}' is none of {string.Join(", ", names)}.{Suggestion.Nearest(given, names)}"
            : $"'{given}' is none of the {names.Length} allowed values. {Suggestion.Among(given, names, "values")}";
    }

    private static string Expected(string what, JsonElement value) =>
        $"{what[..1].ToUpperInvariant()}{what[1..]} is expected, not {NameOf(value)}.";

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string Shown(JsonElement value) => Shortened(value.GetRawText());

    private static string Shortened(string text) =>
        text.Length <= LongestShown ? text : $"{text[..(char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown)]}…";

    private static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
