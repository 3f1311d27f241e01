using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Api.Description;

/// <summary>Bodies that are accepted as they are.</summary>
internal static class Examples
{
    private const string Pixel =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Bytes = "data:application/octet-stream;base64,AAECAw==";

    /// <summary>Nodes that every ComfyUI has, and no model.</summary>
    public static JsonNode Prompt => JsonNode.Parse("""
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":512,"height":512,"batch_size":1,"color":4620980},"_meta":{"title":"Empty Image [canvas]"}},
          "2": {"class_type":"SaveImage","inputs":{"filename_prefix":"canvas","images":["1",0]},"_meta":{"title":"Save Image [picture]"}}
        }
        """)!; // It is no null.

    public static JsonNode AliasTarget => new JsonObject { ["version"] = 1 };

    public static JsonNode Host => new JsonObject { ["url"] = "http://127.0.0.1:8188", ["slots"] = 2 };

    public static JsonNode Webhook =>
        new JsonObject { ["url"] = "https://example.org/hooks", ["events"] = new JsonArray("run.succeeded", "run.failed") };

    public static JsonNode Key => new JsonObject { ["client"] = "shop", ["role"] = "run" };

    /// <summary>A value that a call may set: what the saved workflow has, as far as the pool has it too.</summary>
    /// <returns><see langword="null"/> where a call had better leave it alone.</returns>
    public static JsonNode? Of(ContractInput input) => input switch
    {
        { Type: InputType.File, Required: true, Upload: MediaKind.Image or MediaKind.Mask } => Pixel,
        { Type: InputType.File, Required: true } => Bytes,
        { Type: InputType.File } => null,
        { Options: { IsDefaultOrEmpty: false } options }
            when !(input.Default is { } saved && options.Any(o => JsonElement.DeepEquals(o, saved))) => NodeOf(options[0]),
        { Default: { } saved } => NodeOf(saved),
        _ => null,
    };

    public static JsonNode NodeOf(JsonElement value) => JsonNode.Parse(value.GetRawText()) ?? JsonValue.Create("null");
}
