using System.Buffers;
using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Outputs;

/// <summary>Tells a file that is sent again from another one.</summary>
internal static class SentFile
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Whether a request brings the file that is there. Reads no further than that is long.</summary>
    public static async Task<bool> IsSameAsync(HttpRequest request, BlobFile file, CancellationToken cancellationToken)
    {
        if (request.ContentLength is { } announced && announced != file.Bytes)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var left = file.Bytes; await request.Body.ReadAsync(buffer, cancellationToken) is var count and > 0; left -= count)
            {
                if (count > left)
                {
                    return false;
                }

                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256;
    }
}
