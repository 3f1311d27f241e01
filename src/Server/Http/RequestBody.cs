using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>Reads a request's body whole, never more of it than is allowed.</summary>
public static class RequestBody
{
    /// <returns>The bytes, or <see langword="null"/> when there are more than <paramref name="maxBytes"/>.</returns>
    public static Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken) =>
        ReadAsync(request.Body, request.ContentLength, maxBytes, cancellationToken);

    /// <param name="length">What the sender announced.</param>
    /// <returns>The bytes, or <see langword="null"/> when there are more than <paramref name="maxBytes"/>.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream content, long? length, long maxBytes,
        CancellationToken cancellationToken)
    {
        if (length > maxBytes)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>((int)Math.Min(length ?? 4096, 1 << 20) + 1);
        while (true)
        {
            var read = await content.ReadAsync(body.GetMemory(8192), cancellationToken);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > maxBytes)
            {
                return null;
            }
        }
    }
}
