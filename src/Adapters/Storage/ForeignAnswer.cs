using System.Text.Json;
using System.Xml;
using Azure;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Knows an answer that is none of storage's, such as a proxy's page, or half of one.</summary>
internal static class ForeignAnswer
{
    private static readonly XmlReaderSettings Untrusting = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <returns>What is wrong with it.</returns>
    public static string? Fault(Response response) => !IsOfStorage(response) ? "not of storage"
        : response.ContentStream is MemoryStream { Length: > 0 } body && !IsWhole(body, response.Headers.ContentType ?? "") ? "malformed"
        : null;

    // https://learn.microsoft.com/rest/api/storageservices/common-rest-api-response-headers. The emulator leaves them out now and then.
    private static bool IsOfStorage(Response response) => response.Headers.Contains("x-ms-request-id")
        || response.Headers.Any(h => h.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)
            || (h.Name == "Server" && h.Value.StartsWith("Azurite", StringComparison.Ordinal)));

    // What is not read here before anybody sees it is the content of a file, and says nothing of itself.
    private static bool IsWhole(MemoryStream body, string type)
    {
        var bytes = body.TryGetBuffer(out var buffer) ? buffer : new(body.ToArray());
        try
        {
            if (type.Contains("json", StringComparison.OrdinalIgnoreCase))
            {
                var reader = new Utf8JsonReader(bytes);
                while (reader.Read())
                {
                }
            }
            else if (type.Contains("xml", StringComparison.OrdinalIgnoreCase))
            {
                using var reader = XmlReader.Create(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count), Untrusting);
                while (reader.Read())
                {
                }
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or XmlException)
        {
            return false;
        }
    }
}
