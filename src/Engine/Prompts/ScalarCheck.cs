using System.Globalization;
using System.Text.Json;
using ComfyFunc.Workflows;

namespace ComfyFunc.Prompts;

/// <summary>Checks a literal against what the node catalog says of its input: type, range, step, enum.</summary>
internal static class ScalarCheck
{
    private const int MostListed = 20;

    /// <summary>What is wrong with the value, as a sentence; <see langword="null"/> when nothing is.</summary>
    public static string? Of(NodeInput input, JsonElement value) => input.Type switch
    {
        "INT" => OfInteger(input, value),
        "FLOAT" => OfNumber(input, value),
        "STRING" => value.ValueKind is JsonValueKind.String ? null : Expected("a string", value),
        "BOOLEAN" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Expected("true or false", value),
        NodeInput.Combo => OfCombo(input, value),
        _ => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Expected("a string, number or boolean", value) : null,
    };

    /// <summary>The value as ComfyUI takes it: 20.0 for a whole number becomes 20.</summary>
    public static JsonElement Normal(NodeInput input, JsonElement value) =>
        input.Type is "INT" && value.TryGetDecimal(out var number) && value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E')
            ? JsonElement.Parse(decimal.Truncate(number).ToString(CultureInfo.InvariantCulture))
            : value;

    private static string? OfInteger(NodeInput input, JsonElement value) =>
        value.ValueKind is not JsonValueKind.Number ? Expected("a whole number", value)
        : !value.TryGetDecimal(out var number) || number != decimal.Truncate(number) ? $"A whole number is expected, not {value.GetRawText()}."
        : OfRange(input, number) ?? OfStep(input, number);

    private static string? OfNumber(NodeInput input, JsonElement value) =>
        value.ValueKind is not JsonValueKind.Number ? Expected("a number", value)
        : !value.TryGetDecimal(out var number) ? $"{value.GetRawText()} is out of any range."
        : OfRange(input, number);

    private static string? OfRange(NodeInput input, decimal number) =>
        number < input.Min ? $"{Text(number)} is less than the least allowed, {Text(input.Min.Value)}."
        : number > input.Max ? $"{Text(number)} is more than the most allowed, {Text(input.Max.Value)}."
        : null;

    // Catalogs exist whose minimum lies off the grid that their own default is on, so both grids count.
    private static string? OfStep(NodeInput input, decimal number) =>
        input.Step is { } step && step > 1 && number % step != 0 && (number - (input.Min ?? 0)) % step != 0
            ? $"{Text(number)} is no multiple of {Text(step)}. The nearest are {Text(number - (number % step))} and {Text(number - (number % step) + step)}."
            : null;

    private static string? OfCombo(NodeInput input, JsonElement value) =>
        input.IsMultiselect && value.ValueKind is JsonValueKind.Array
            ? value.EnumerateArray().Select(v => OfOption(input, v)).FirstOrDefault(f => f is not null)
            : OfOption(input, value);

    private static string? OfOption(NodeInput input, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return Expected("one of a list of values", value);
        }

        if (input.Options.IsEmpty || input.Offers(value))
        {
            return null;
        }

        var names = input.Options.Select(o => o.ValueKind is JsonValueKind.String ? o.GetString()! : o.GetRawText()).ToArray(); // A string is never null.
        var given = value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return names.Length <= MostListed
            ? $"'{given}' is none of {string.Join(", ", names)}."
            : $"'{given}' is none of the {names.Length} allowed values. {Suggestion.Among(given, names, "values")}";
    }

    private static string Expected(string what, JsonElement value) => $"{what[..1].ToUpperInvariant()}{what[1..]} is expected, not {NameOf(value)}.";

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
