using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>What a host says that it can.</summary>
/// <param name="MaxUploadBytes">Of any request's body; <see langword="null"/> when it does not say.</param>
public sealed record HostFeatures(long? MaxUploadBytes = null)
{
    internal static HostFeatures Read(JsonElement features) => new(features.Bytes("max_upload_size"));
}
