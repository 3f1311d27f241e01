using System.Collections.Immutable;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Signs links with a key that the account lends to an identity. The key is kept, and fetched anew before links outlive it.
/// </summary>
internal sealed class DelegationSasMinter(BlobContainerClient container, DelegationKeySource source, TimeProvider clock)
    : ISasMinter, IDisposable
{
    // The service lends a key for seven days at most. An hour less keeps clear of clocks that disagree.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7) - TimeSpan.FromHours(1);
    private static readonly TimeSpan Usual = TimeSpan.FromDays(1);

    // What a key outlives the link by that it was asked for: so long it serves all links that last no longer.
    private static readonly TimeSpan Spare = TimeSpan.FromHours(1);

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim gate = new(1);
    private volatile UserDelegationKey? key;

    public void Dispose() => gate.Dispose();

    public ValueTask<Uri> MintAsync(string blobName, string fileName, string contentType, DateTimeOffset expires,
        CancellationToken cancellationToken) =>
        SignAsync(blobName, (blob, end) => SasTerms.For(blob, fileName, contentType, end), expires, cancellationToken);

    public ImmutableDictionary<string, string> UploadHeaders => SasTerms.UploadHeaders;

    public ValueTask<string?> NameOfAsync(Uri link, CancellationToken cancellationToken) => new(SasTerms.NameOf(container.Uri, link));

    public ValueTask<Uri> MintUploadAsync(string blobName, DateTimeOffset expires, CancellationToken cancellationToken) =>
        SignAsync(blobName, SasTerms.ForUpload, expires, cancellationToken);

    private async ValueTask<Uri> SignAsync(string blobName, Func<BlobClient, DateTimeOffset, BlobSasBuilder> termsOf,
        DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var latest = clock.GetUtcNow() + Longest - Spare;
        var end = expires < latest ? expires : latest;
        var signer = key is { } kept && kept.SignedExpiresOn >= end ? kept : await RenewAsync(end, cancellationToken);

        var blob = container.GetBlobClient(blobName);
        var terms = termsOf(blob, end < signer.SignedExpiresOn ? end : signer.SignedExpiresOn);
        return new BlobUriBuilder(blob.Uri) { Sas = terms.ToSasQueryParameters(signer, container.AccountName) }.ToUri();
    }

    private async Task<UserDelegationKey> RenewAsync(DateTimeOffset end, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (key is { } renewed && renewed.SignedExpiresOn >= end)
            {
                return renewed;
            }

            var now = clock.GetUtcNow();
            var usual = now + Usual;
            var later = end + Spare;
            return key = await source(now - ClockSkew, later > usual ? later : usual, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }
}

/// <summary>Asks the account to lend a signing key.</summary>
internal delegate Task<UserDelegationKey> DelegationKeySource(DateTimeOffset from, DateTimeOffset until,
    CancellationToken cancellationToken);
