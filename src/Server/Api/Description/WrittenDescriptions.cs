using System.Security.Cryptography;
using BitFaster.Caching.Lru;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>
/// The documents as they were last written, by what they are made of: making one takes longer than everything else that answers for it.
/// </summary>
public sealed class WrittenDescriptions
{
    // One for every name that the server goes by and, of it, for every workflow that is asked for alone.
    private const int MostKept = 64;

    private readonly ConcurrentLru<string, WrittenDescription> kept = new(MostKept);

    /// <param name="subject">What is described.</param>
    /// <param name="madeOf">What the document depends on: as long as it is the same, so is the document.</param>
    public async Task<WrittenDescription> OfAsync(string subject, string madeOf, Func<Task<OpenApiDocument>> make,
        CancellationToken cancellationToken)
    {
        if (kept.TryGet(subject, out var written) && written.MadeOf == madeOf)
        {
            return written;
        }

        var json = await WriteAsync(await make(), cancellationToken);
        written = new(madeOf, json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json)[..16])}\"");
        kept.AddOrUpdate(subject, written);
        return written;
    }

    /// <summary>OpenAPI 3.1 as JSON without a space.</summary>
    public static async Task<byte[]> WriteAsync(OpenApiDocument document, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await using (var text = new StreamWriter(json))
        {
            document.SerializeAsV31(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
            await text.FlushAsync(cancellationToken);
        }

        return json.ToArray();
    }
}

/// <summary>A document as it is sent.</summary>
public sealed record WrittenDescription(string MadeOf, byte[] Json, string ETag);
