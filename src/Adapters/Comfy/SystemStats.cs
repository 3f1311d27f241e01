using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>What a host says of itself.</summary>
/// <param name="VramBytes">Of its largest device; on a CPU, what it counts as such.</param>
public sealed record SystemStats(string? ComfyVersion, long VramBytes)
{
    /// <returns><see langword="null"/> when it is not what a ComfyUI says.</returns>
    internal static SystemStats? Read(JsonElement stats) => stats.Member("system") is { ValueKind: JsonValueKind.Object } system
        ? new(system.Text("comfyui_version"), stats.Member("devices").Items().Select(d => d.Bytes("vram_total") ?? 0)
            .DefaultIfEmpty().Max())
        : null;
}
