using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Knows the widgets whose values only a browser can make: scenes, cameras.</summary>
internal static class BrowserOnly
{
    public static bool Refuses(NodeWidget widget) => widget.Input?.Widget switch
    {
        "LOAD_3D" or "LOAD_3D_ANIMATION" or "WEBCAM" =>
            widget.Value.ValueKind is not JsonValueKind.Object && string.IsNullOrEmpty(widget.Value.Text()),
        _ => false,
    };
}
