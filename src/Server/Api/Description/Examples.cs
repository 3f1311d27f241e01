using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Api.Description;

/// <summary>Values that calls may set as they are.</summary>
internal static class Examples
{
    private const string Pixel =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Bytes = "data:application/octet-stream;base64,AAECAw==";

    /// <summary>A value that a call may set: what the saved workflow has, as far as the pool has it too.</summary>
    /// <returns><see langword="null"/> where a call had better leave it alone.</returns>
    public static JsonNode? Of(ContractInput input) => input switch
    {
        { OfChoice.IsSaved: false } => null,
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
