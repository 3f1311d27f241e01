using System.Collections.Immutable;
using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Outputs;

/// <summary>
/// Links that this server serves itself, for storage that callers cannot reach. They name the server as the world does, and hold after a
/// restart: the key is derived from the installation's secret.
/// </summary>
public sealed class ServedLinks(SecretKey secret, PublicAddress address, ComfyFuncOptions options) : ISasMinter
{
    private static readonly string Path = $"/{Routes.Files}/";

    private byte[]? key;

    public ImmutableDictionary<string, string> UploadHeaders => ImmutableDictionary<string, string>.Empty;

    public long? LongestUpload => options.LongestUpload;

    public async ValueTask<Uri> MintAsync(string blobName, string fileName, string contentType, DateTimeOffset expires,
        CancellationToken cancellationToken) =>
        await LinkAsync(new(blobName, IsUpload: false, expires, fileName, contentType), cancellationToken);

    public async ValueTask<Uri> MintUploadAsync(string blobName, DateTimeOffset expires, CancellationToken cancellationToken) =>
        await LinkAsync(new(blobName, IsUpload: true, expires), cancellationToken);

    /// <summary>Whatever host it names: the signature says that it is one of these.</summary>
    public async ValueTask<string?> NameOfAsync(Uri link, CancellationToken cancellationToken) =>
        link.AbsolutePath.LastIndexOf(Path, StringComparison.Ordinal) is var at and >= 0
            ? (await ReadAsync(link.AbsolutePath[(at + Path.Length)..], cancellationToken))?.Blob : null;

    /// <returns><see langword="null"/> where it was not signed here.</returns>
    internal async ValueTask<FileLink?> ReadAsync(string token, CancellationToken cancellationToken) =>
        FileLink.Read(token, await KeyAsync(cancellationToken));

    private async ValueTask<Uri> LinkAsync(FileLink link, CancellationToken cancellationToken) =>
        new($"{address.Base}{Path}{link.Sign(await KeyAsync(cancellationToken))}");

    private async ValueTask<byte[]> KeyAsync(CancellationToken cancellationToken) => key ??= HKDF.DeriveKey(HashAlgorithmName.SHA256,
        await secret.GetAsync(cancellationToken), SecretKey.Bytes, info: "file-links"u8.ToArray());
}
