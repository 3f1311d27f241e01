using System.Text.Json;

namespace ComfyFunc.Engine.Prompts;

/// <summary>What callers may say in place of a seed: <c>"random"</c>, or <c>"saved"</c> for the one that the workflow has.</summary>
internal static class SeedWord
{
    public const string Random = "random";
    public const string Saved = "saved";

    /// <returns><see langword="null"/> for anything else.</returns>
    // A string is never null.
    public static SeedOrigin? Read(JsonElement value) =>
        value.ValueKind is not JsonValueKind.String ? null : value.GetString()!.Trim().ToLowerInvariant() switch
        {
            Random => SeedOrigin.Drawn,
            Saved => SeedOrigin.Saved,
            _ => null,
        };
}
