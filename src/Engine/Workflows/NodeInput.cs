using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Media;

namespace ComfyFunc.Engine.Workflows;

/// <summary>One input of a node class, as <c>/object_info</c> describes it.</summary>
public sealed record NodeInput
{
    private const string UploadFlag = "_upload";

    public required string Name { get; init; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, COMBO, or the type of what a link carries: MODEL, IMAGE, *…</summary>
    public required string Type { get; init; }

    public required bool IsRequired { get; init; }

    /// <summary>What a value of it is, where that is another thing than a link may bring: one that takes FLOAT,INT has a FLOAT.</summary>
    public string ValueType
    {
        get => field ?? Type;
        init;
    }

    /// <summary>The inputs and outputs of its node that have one type in common with it.</summary>
    internal string? Match { get; init; }

    /// <summary>The choice without which the node does not have it.</summary>
    internal InputChoice? BroughtBy { get; init; }

    /// <summary>The group that has grown to it.</summary>
    internal InputGroup? Group { get; init; }

    /// <summary>Whether other inputs of the node depend on its value: a dynamic combo.</summary>
    internal bool IsSelector { get; init; }

    /// <summary>What a combo offers.</summary>
    public ImmutableArray<JsonElement> Options { get; init; } = [];

    /// <summary>
    /// Whether the server says what the combo offers. A list that is there and empty offers nothing; some combos have none and take what
    /// their node does.
    /// </summary>
    public bool ListsOptions { get; init; }

    /// <summary>Whether the class does not name it: the prompt has it, and a tag lists it.</summary>
    public bool IsUnlisted { get; init; }

    public JsonElement? Default { get; init; }

    /// <summary>What the widget of a new node holds, of an input that a choice brings; undefined where that is nothing.</summary>
    internal JsonElement Initial { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public decimal? Step { get; init; }

    public bool IsMultiline { get; init; }

    public bool IsMultiselect { get; init; }

    public string? Tooltip { get; init; }

    /// <summary>What other inputs the node has for each choice, where it says so beside the combo.</summary>
    internal JsonElement? Formats { get; init; }

    /// <summary>image, mask, video, audio, 3d, latent or file when the value is the name of an uploaded file.</summary>
    public string? Upload { get; init; }

    /// <summary>Whether the value is set by hand; otherwise only a link can set it.</summary>
    public bool IsWidget { get; init; }

    /// <summary>
    /// Whether a new value gives a new result, so that one is drawn for each run: by its name, or because its control says
    /// <c>randomize</c>. Any number may have a control; that alone makes no seed of it.
    /// </summary>
    public bool IsSeed { get; init; }

    /// <summary>Whether it is a seed that the front end leaves as it is (its control says <c>fixed</c>).</summary>
    public bool IsFixedSeed { get; init; }

    private HashSet<string>? normalOptions;

    public bool Offers(JsonElement value) => Options.Any(o => JsonElement.DeepEquals(o, value));

    /// <summary>Whether it is offered, be it spelled with other path separators.</summary>
    public bool OffersSpelled(string value) =>
        // A string is never null.
        (normalOptions ??= [.. Options.Where(o => o.ValueKind is JsonValueKind.String).Select(o => Spelling.Normal(o.GetString()!))])
        .Contains(Upload is null ? Spelling.Normal(value) : Spelling.NormalUpload(value));

    /// <summary>The input as its value has it, where no catalog knows it.</summary>
    internal static NodeInput ByValue(string name, JsonElement value) => new()
    {
        Name = name,
        Type = value.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => InputType.Boolean,
            JsonValueKind.String => InputType.String,
            JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? InputType.Float : InputType.Int,
            _ => InputType.Wildcard,
        },
        IsRequired = false,
        IsWidget = true,
        IsUnlisted = true,
        IsSeed = name is "seed" or "noise_seed" && value.ValueKind is JsonValueKind.Number,
    };

    public static NodeInput Read(string nodeClass, string name, JsonElement spec, bool isRequired)
    {
        var parts = spec.ValueKind is JsonValueKind.Array ? spec.EnumerateArray().ToArray() : [];
        var first = parts.Length > 0 ? parts[0] : default;
        var extra = parts.Length > 1 && parts[1].ValueKind is JsonValueKind.Object ? parts[1] : default;
        var kind = first.ValueKind switch
        {
            JsonValueKind.Array => InputType.Combo,
            JsonValueKind.String => first.GetString()!, // A string is never null.
            _ => InputType.Wildcard,
        };
        var isSelector = kind is NodeLayout.DynamicCombo;
        var type = kind switch
        {
            NodeLayout.DynamicCombo => InputType.Combo,
            NodeLayout.MatchingType => extra.Member("template").Text("allowed_types") ?? InputType.Wildcard,
            _ => kind,
        };
        var valueType = Widget(extra) is { } widget && type.Contains(',', StringComparison.Ordinal) ? widget : type;
        var own = name[(name.LastIndexOf('.') + 1)..];
        var isSeed = valueType is InputType.Int && own is "seed" or "noise_seed";
        var options = first.ValueKind is JsonValueKind.Array ? first
            : Member(extra, "options") is { ValueKind: JsonValueKind.Array } listed ? listed : default;
        return new()
        {
            Name = name,
            Type = type,
            ValueType = valueType,
            Match = kind is NodeLayout.MatchingType ? extra.Member("template").Text("template_id") : null,
            IsSelector = isSelector,
            IsRequired = isRequired,
            Options = [.. isSelector ? options.Items().Select(o => o.Member("key")).Where(k => k.IsThere()) : options.Items()],
            ListsOptions = type is InputType.Combo && options.ValueKind is JsonValueKind.Array,
            Default = Member(extra, "default"),
            Min = Number(extra, "min"),
            Max = Number(extra, "max"),
            Step = Number(extra, "step"),
            IsMultiline = Flag(extra, "multiline"),
            IsMultiselect = Flag(extra, "multiselect")
                || Member(extra, "multi_select") is { ValueKind: JsonValueKind.Object or JsonValueKind.True },
            Tooltip = Member(extra, "tooltip") is { ValueKind: JsonValueKind.String } tooltip ? tooltip.GetString() : null,
            Formats = Member(extra, "formats"),
            Upload = UploadOf(nodeClass, name, extra),
            IsWidget = InputType.HasWidget(valueType) && !Flag(extra, "forceInput"),
            IsSeed = isSeed || (valueType is InputType.Int && Control(extra) is "randomize"),
            // The front end puts no control behind what a choice brings.
            IsFixedSeed = isSeed && (Control(extra) is "fixed" || (own != name && Control(extra) is not "randomize")),
        };
    }

    private static string? Widget(JsonElement extra) =>
        extra.Text("widgetType") is { } widget && InputType.HasWidget(widget) ? widget : null;

    // Packs mark what takes a file as ComfyUI does: video_upload, mesh_upload… What lists another folder takes nothing that is put into the
    // input folder.
    private static string? UploadOf(string nodeClass, string name, JsonElement extra)
    {
        if (Member(extra, "image_folder") is { ValueKind: JsonValueKind.String } folder && !folder.ValueEquals("input"))
        {
            return null;
        }

        var flags = extra.ValueKind is JsonValueKind.Object
            ? extra.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.True).Select(p => p.Name) : [];
        var flag = flags.FirstOrDefault(f => f.EndsWith(UploadFlag, StringComparison.Ordinal))?[..^UploadFlag.Length];
        return flag switch
        {
            null => KnownLoaders.KindOf(nodeClass, name),
            MediaKind.Image or "animated_image" => MediaKind.Image,
            MediaKind.Video or MediaKind.Audio or MediaKind.Latent or MediaKind.Mask => flag,
            "mesh" or MediaKind.ThreeD or "model_3d" => MediaKind.ThreeD,
            _ => nodeClass.Contains("3D", StringComparison.OrdinalIgnoreCase) ? MediaKind.ThreeD : MediaKind.File,
        };
    }

    private static JsonElement? Member(JsonElement extra, string name) =>
        extra.ValueKind is JsonValueKind.Object && extra.TryGetProperty(name, out var value)
        && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static bool Flag(JsonElement extra, string name) => Member(extra, name) is { ValueKind: JsonValueKind.True };

    // Newer servers put the mode that the control starts with: "fixed", "randomize"… Older ones only say that there is one.
    private static string? Control(JsonElement extra) =>
        Member(extra, "control_after_generate") is { ValueKind: JsonValueKind.String } mode ? mode.GetString() : null;

    // 1e308 and the like bound nothing that a decimal could not hold.
    private static decimal? Number(JsonElement extra, string name) =>
        Member(extra, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : null;
}
