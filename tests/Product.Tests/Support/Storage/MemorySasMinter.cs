using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>The in-memory twin of a link signer: links that name everything and open nothing.</summary>
internal sealed class MemorySasMinter : ISasMinter
{
    private static readonly Uri Root = new("https://storage.invalid/");

    public ValueTask<Uri> MintAsync(string blobName, string fileName, string contentType, DateTimeOffset expires,
        CancellationToken cancellationToken) =>
        new(new Uri($"{Root}{Escape(blobName)}?se={Uri.EscapeDataString(expires.ToString("O"))}" +
            $"&rscd={Uri.EscapeDataString(SasTerms.Attachment(fileName))}&rsct={Uri.EscapeDataString(contentType)}"));

    public ValueTask<Uri> MintUploadAsync(string blobName, DateTimeOffset expires, CancellationToken cancellationToken) =>
        new(new Uri($"{Root}{Escape(blobName)}?se={Uri.EscapeDataString(expires.ToString("O"))}&sp=cw"));

    public ImmutableDictionary<string, string> UploadHeaders => SasTerms.UploadHeaders;

    public ValueTask<string?> NameOfAsync(Uri link, CancellationToken cancellationToken) => new(SasTerms.NameOf(Root, link));

    private static string Escape(string blobName) => string.Join('/', blobName.Split('/').Select(Uri.EscapeDataString));
}
