using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Checks a saved literal as ComfyUI does, which turns "64" into 64 and true into 1 and refuses what is out of range or in no list.
/// </summary>
internal static partial class LiteralCheck
{
    // ComfyUI takes a literal for these when it is sent and fails when it runs. Other types may have a widget in some front end.
    private static readonly FrozenSet<string> Sockets = new[]
    {
        "MODEL", "CLIP", "VAE", "CONDITIONING", "LATENT", "IMAGE", "MASK", "AUDIO", "VIDEO", "CONTROL_NET", "CLIP_VISION",
        "CLIP_VISION_OUTPUT", "STYLE_MODEL", "GLIGEN",
        "UPSCALE_MODEL", "SAMPLER", "SIGMAS", "NOISE", "GUIDER", "HOOKS", "MESH", "VOXEL", "AUDIO_ENCODER", "AUDIO_ENCODER_OUTPUT",
        "MODEL_PATCH", "LORA_MODEL",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static Finding? Of(PromptNode node, NodeInput input, JsonElement value)
    {
        var name = $"{input.Name} of {node.Describe()}";
        if (value.ValueKind is JsonValueKind.Array)
        {
            return new Finding.Wrong($"{name} is an array that is no link. A link is a node's id and the number of its output: [\"4\",0].");
        }

        value = Unwrapped(value);
        return input.ValueType switch
        {
            InputType.Int => OfNumber(name, input, value, IntegerOf(value), "a whole number"),
            InputType.Float => OfNumber(name, input, value, NumberOf(value), "a number"),
            InputType.String when value.ValueKind is JsonValueKind.Null =>
                new Finding.Doubtful("odd_value", $"{name} is null, which ComfyUI takes for the text None."),
            InputType.Boolean when value.ValueKind is JsonValueKind.Null =>
                new Finding.Doubtful("odd_value", $"{name} is null, which ComfyUI takes for false."),
            InputType.String or InputType.Boolean => null,
            InputType.Combo => OfCombo(name, node, input, value),
            _ when value.ValueKind is JsonValueKind.Null && (!input.IsRequired || Bypass.IsDynamic(input.Type)) => null,
            _ when value.ValueKind is JsonValueKind.Null => new Finding.Wrong($"{name} is null, but wants a link to {input.Type}."),
            _ when Sockets.Contains(input.Type) => new Finding.Wrong($"{name} is a value, but wants a link to {input.Type}."),
            _ => null,
        };
    }

    private static Finding.Wrong? OfNumber(string name, NodeInput input, JsonElement value, double? number, string what) =>
        number is not { } given ? new Finding.Wrong($"{name} is {Shown(value)}, but wants {what}.")
        // Compared the line before.
        : given < (double?)input.Min
        ? new Finding.Wrong($"{name} is {Shown(value)}, less than the least allowed, {Text(input.Min!.Value)}.")
        : given > (double?)input.Max ? new Finding.Wrong($"{name} is {Shown(value)}, more than the most allowed, {Text(input.Max!.Value)}.")
        : null;

    private static Finding? OfCombo(string name, PromptNode node, NodeInput input, JsonElement value)
    {
        if (!input.ListsOptions || input.Offers(value)
            || (input.IsMultiselect && value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(input.Offers)))
        {
            return null;
        }

        if (input.IsSelector)
        {
            return new Finding.Wrong($"{name} is {Shown(value)}, which is none of its choices: {Listed(input)}.");
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            return node.Class.IsCustom && value.ValueKind is not JsonValueKind.Null
                ? new Finding.Doubtful("option_missing", $"{name} is {Shown(value)}, which no host offers.")
                : new Finding.Wrong($"{name} is {Shown(value)}, but wants one of its values.");
        }

        var text = value.GetString()!; // A string is never null.
        return input.OffersSpelled(text) ? null
            : input.Upload is not null
                ? new Finding.Doubtful("input_file_missing", $"{name} is the file '{text}', which no host has. Calls must bring one.")
            : input.Options.IsEmpty || IsOfFiles(input, text) || node.Class.IsCustom
                ? new Finding.Doubtful("option_missing", $"{name} is '{text}', which no host has now. Runs wait for a host that does.")
            : new Finding.Wrong($"{name} is '{text}', which is none of its values: {Listed(input)}.");
    }

    private static bool IsOfFiles(NodeInput input, string value) =>
        // A string is never null.
        FileNames.IsFile(value) || input.Options.Any(o => o.ValueKind is JsonValueKind.String && FileNames.IsFile(o.GetString()!));

    private static string Listed(NodeInput input)
    {
        const int most = 20;
        var listed = string.Join(", ", input.Options.Take(most).Select(o => o.ToString()));
        return input.Options.Length > most ? $"{listed} and {input.Options.Length - most} more" : listed;
    }

    // The front end wraps arrays and objects that are values so.
    private static JsonElement Unwrapped(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty("__value__", out var inner) ? inner : value;

    // Python's int(): a text of digits, a number without its fraction, true for 1.
    private static double? IntegerOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => double.Truncate(value.GetDouble()),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when Integer.IsMatch(value.GetString()!) =>
            double.Parse(value.GetString()!.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
        _ => null,
    };

    private static double? NumberOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            number,
        _ => null,
    };

    private static string Shown(JsonElement value) =>
        value.ValueKind is JsonValueKind.String ? $"'{value.GetString()}'" : value.GetRawText();

    private static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*[+-]?\d+(_\d+)*\s*$")]
    private static partial Regex Integer { get; }
}
