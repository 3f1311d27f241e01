using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What a position of <c>widgets_values</c> is for besides a widget of the catalog.</summary>
internal enum SlotKind
{
    /// <summary>The control behind a seed.</summary>
    Mark,

    /// <summary>The filter behind a combo's control.</summary>
    Filter,

    /// <summary>It stands in the file and not in the prompt.</summary>
    Unsent,

    /// <summary>The front end adds it, and sends it.</summary>
    Sent,

    /// <summary>The front end adds it, and sends the same whatever it holds.</summary>
    Constant,
}

/// <summary>A position of <c>widgets_values</c> that no input of the catalog says.</summary>
internal sealed record WidgetSlot(string Name, SlotKind Kind, JsonElement Default = default);

/// <summary>The positions that the front end's own extensions add to nodes.</summary>
internal static class WidgetSlots
{
    private static readonly string[] Uploads = ["image_upload", "animated_image_upload", "video_upload", "audio_upload"];

    private static readonly ImmutableArray<WidgetSlot> Mark = [new("control_after_generate", SlotKind.Mark)];

    private static readonly ImmutableArray<WidgetSlot> MarkAndFilter = [.. Mark, new("control_filter_list", SlotKind.Filter)];

    private static readonly ImmutableArray<WidgetSlot> Refresh =
        [new("auto_refresh", SlotKind.Unsent), new("refresh", SlotKind.Sent, LooseJson.Of("refresh"))];

    private static readonly ImmutableArray<WidgetSlot> Crop =
        [new("x", SlotKind.Unsent), new("y", SlotKind.Unsent), new("width", SlotKind.Unsent), new("height", SlotKind.Unsent)];

    private static readonly ImmutableArray<WidgetSlot> SceneButtons =
    [
        new("upload 3d model", SlotKind.Sent, LooseJson.Of("upload3dmodel")),
        new("upload extra resources", SlotKind.Sent, LooseJson.Of("uploadExtraResources")),
        new("clear", SlotKind.Sent, LooseJson.Of("clear")),
    ];

    private static readonly ImmutableArray<WidgetSlot> Scene = [new("image", SlotKind.Sent, LooseJson.EmptyText)];

    private static readonly ImmutableArray<WidgetSlot> Upload = [new("upload", SlotKind.Unsent)];

    private static readonly ImmutableArray<WidgetSlot> PlayerAndUpload = [new("audioUI", SlotKind.Unsent), .. Upload];

    private static readonly ImmutableArray<WidgetSlot> Display = [new("output", SlotKind.Constant, LooseJson.EmptyText)];

    private static readonly ImmutableArray<WidgetSlot> Comparer =
        [new("rgthree_comparer", SlotKind.Constant, JsonElement.Parse("""{"images":[]}"""))];

    private static readonly ImmutableArray<WidgetSlot> Capture = [new("capture", SlotKind.Unsent)];

    /// <summary>What stands directly behind a widget.</summary>
    public static ImmutableArray<WidgetSlot> Behind(string nodeClass, LayoutInput input, string name) => input switch
    {
        _ when nodeClass is "Seed (rgthree)" => [], // It takes its control away.
        _ when input.Extra.Member("remote").Member("refresh_button").Is() => ControlMarks.Has(input, name) ? [.. Refresh, .. MarkAndFilter]
            : Refresh,
        _ when ControlMarks.Has(input, name) => input.Widget is "COMBO" ? MarkAndFilter : Mark,
        _ when input.Extra.Text("component") is "ImageCrop" => Crop,
        _ when input.Extra.Member("file_upload").Is() && nodeClass.StartsWith("Load3D", StringComparison.Ordinal) => SceneButtons,
        _ => [],
    };

    /// <summary>What stands behind all widgets of a node.</summary>
    public static ImmutableArray<WidgetSlot> AtEnd(string nodeClass, NodeLayout layout) => nodeClass switch
    {
        "Preview3D" or "SaveGLB" => Scene,
        "Display Any (rgthree)" or "Display Int (rgthree)" => Display,
        "Image Comparer (rgthree)" => Comparer,
        _ when layout.Inputs.Any(i => i.Widget is "WEBCAM") => Capture,
        _ when layout.Inputs.Any(i => i.Widget is "AUDIO_RECORD" || i.Extra.Member("audio_upload").Is()) => PlayerAndUpload,
        _ when layout.Inputs.Any(i => i.Widget is not "PAINTER" && Uploads.Any(u => i.Extra.Member(u).Is())) => Upload,
        _ => [],
    };
}
