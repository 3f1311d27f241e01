using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Secrets;

/// <summary>
/// The key of everything that is sealed: the configured one, or one that is made once and lies in the storage that all processes share.
/// </summary>
public sealed class SecretKey(IBlobStore blobs, ComfyFuncOptions options)
{
    public const int Bytes = 32;

    private const string Blob = "secrets/key";

    private byte[]? known;

    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) =>
        known ??= Parse(options.SecretsKey) ?? await SharedAsync(cancellationToken);

    /// <returns><see langword="null"/> when it is not the base64 of 32 bytes.</returns>
    public static byte[]? Parse(string? base64)
    {
        var bytes = new byte[Bytes + 1];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var length) && length == Bytes ? bytes[..Bytes] : null;
    }

    private async Task<byte[]> SharedAsync(CancellationToken cancellationToken)
    {
        if (await blobs.ReadBytesAsync(Blob, Bytes, cancellationToken) is { } there)
        {
            return there;
        }

        await blobs.PutIfAbsentAsync(Blob, RandomNumberGenerator.GetBytes(Bytes), "application/octet-stream", cancellationToken);
        // It was written a moment ago, by somebody.
        return await blobs.ReadBytesAsync(Blob, Bytes, cancellationToken) ?? throw new InvalidDataException($"The blob {Blob} is gone.");
    }
}
