using Azure;
using Azure.Storage.Blobs.Models;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Reads what the service says of a blob. The hash travels as metadata, since the service keeps none of its own.</summary>
internal static class BlobFacts
{
    private const string Sha256 = "sha256";

    public static Dictionary<string, string> Metadata(BlobFile file) => new() { [Sha256] = file.Sha256 };

    public static BlobFile From(string name, BlobProperties properties) =>
        new(name, properties.ContentLength, HashIn(properties.Metadata), properties.ContentType ?? "");

    public static BlobFile From(BlobItem item) =>
        new(item.Name, item.Properties.ContentLength ?? 0, HashIn(item.Metadata), item.Properties.ContentType ?? "");

    /// <summary>Whether the service refused a write that was for a name without a file.</summary>
    public static bool SaysExists(RequestFailedException refusal) =>
        refusal.ErrorCode == BlobErrorCode.BlobAlreadyExists || refusal.ErrorCode == BlobErrorCode.ConditionNotMet;

    private static string HashIn(IDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue(Sha256, out var hash) ? hash : "";
}
