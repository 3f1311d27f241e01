using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>One input of a node class, as <c>/object_info</c> describes it.</summary>
public sealed record NodeInput
{
    public const string Combo = "COMBO";

    public required string Name { get; init; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, COMBO, or the type of what a link carries: MODEL, IMAGE, *…</summary>
    public required string Type { get; init; }

    public required bool IsRequired { get; init; }

    /// <summary>What a combo offers.</summary>
    public ImmutableArray<JsonElement> Options { get; init; } = [];

    public JsonElement? Default { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public decimal? Step { get; init; }

    public bool IsMultiline { get; init; }

    public bool IsMultiselect { get; init; }

    public string? Tooltip { get; init; }

    /// <summary>image, video, audio, 3d or file when the value is the name of an uploaded file.</summary>
    public string? Upload { get; init; }

    /// <summary>Whether the value is set by hand; otherwise only a link can set it.</summary>
    public bool IsWidget { get; init; }

    /// <summary>Whether a new value gives a new result, so that one is drawn for each run: by its name, or because its control says <c>randomize</c>. Any number may have a control; that alone makes no seed of it.</summary>
    public bool IsSeed { get; init; }

    /// <summary>Whether it is a seed that the front end leaves as it is (its control says <c>fixed</c>).</summary>
    public bool IsFixedSeed { get; init; }

    public bool Offers(JsonElement value) => Options.Any(o => JsonElement.DeepEquals(o, value));

    public static NodeInput Read(string nodeClass, string name, JsonElement spec, bool isRequired)
    {
        var parts = spec.ValueKind is JsonValueKind.Array ? spec.EnumerateArray().ToArray() : [];
        var first = parts.Length > 0 ? parts[0] : default;
        var extra = parts.Length > 1 && parts[1].ValueKind is JsonValueKind.Object ? parts[1] : default;
        var type = first.ValueKind switch
        {
            JsonValueKind.Array => Combo,
            JsonValueKind.String => first.GetString()!, // A string is never null.
            _ => "*",
        };
        return new()
        {
            Name = name,
            Type = type,
            IsRequired = isRequired,
            Options = first.ValueKind is JsonValueKind.Array ? [.. first.EnumerateArray()]
                : Member(extra, "options") is { ValueKind: JsonValueKind.Array } options ? [.. options.EnumerateArray()] : [],
            Default = Member(extra, "default"),
            Min = Number(extra, "min"),
            Max = Number(extra, "max"),
            Step = Number(extra, "step"),
            IsMultiline = Flag(extra, "multiline"),
            IsMultiselect = Flag(extra, "multiselect") || Member(extra, "multi_select") is { ValueKind: JsonValueKind.Object },
            Tooltip = Member(extra, "tooltip") is { ValueKind: JsonValueKind.String } tooltip ? tooltip.GetString() : null,
            Upload = UploadOf(nodeClass, extra),
            IsWidget = type is "INT" or "FLOAT" or "STRING" or "BOOLEAN" or Combo && !Flag(extra, "forceInput"),
            IsSeed = type is "INT" && (name is "seed" or "noise_seed" || Control(extra) is "randomize"),
            IsFixedSeed = type is "INT" && (name is "seed" or "noise_seed") && Control(extra) is "fixed",
        };
    }

    private static string? UploadOf(string nodeClass, JsonElement extra) =>
        Flag(extra, "image_upload") || Flag(extra, "animated_image_upload") ? "image"
        : Flag(extra, "video_upload") ? "video"
        : Flag(extra, "audio_upload") ? "audio"
        : Flag(extra, "file_upload") ? nodeClass.Contains("3D", StringComparison.OrdinalIgnoreCase) ? "3d" : "file"
        : null;

    private static JsonElement? Member(JsonElement extra, string name) =>
        extra.ValueKind is JsonValueKind.Object && extra.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static bool Flag(JsonElement extra, string name) => Member(extra, name) is { ValueKind: JsonValueKind.True };

    // Newer servers put the mode that the control starts with: "fixed", "randomize"… Older ones only say that there is one.
    private static string? Control(JsonElement extra) => Member(extra, "control_after_generate") is { ValueKind: JsonValueKind.String } mode ? mode.GetString() : null;

    // 1e308 and the like bound nothing that a decimal could not hold.
    private static decimal? Number(JsonElement extra, string name) =>
        Member(extra, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : null;
}
