using System.Collections.Immutable;
using Azure.Storage.Blobs;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Signs links with the account's key; no request is needed.</summary>
internal sealed class AccountKeySasMinter(BlobContainerClient container) : ISasMinter
{
    public ValueTask<Uri> MintAsync(string blobName, string fileName, string contentType, DateTimeOffset expires,
        CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(blobName);
        return new(blob.GenerateSasUri(SasTerms.For(blob, fileName, contentType, expires)));
    }

    public ImmutableDictionary<string, string> UploadHeaders => SasTerms.UploadHeaders;

    public ValueTask<string?> NameOfAsync(Uri link, CancellationToken cancellationToken) => new(SasTerms.NameOf(container.Uri, link));

    public ValueTask<Uri> MintUploadAsync(string blobName, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(blobName);
        return new(blob.GenerateSasUri(SasTerms.ForUpload(blob, expires)));
    }
}
