using System.Collections.Immutable;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// The terms of every link: one blob, read only, downloaded as a named attachment, over HTTPS wherever the account has it.
/// </summary>
internal static class SasTerms
{
    public static BlobSasBuilder For(BlobClient blob, string fileName, string contentType, DateTimeOffset expires) =>
        Of(blob, BlobSasPermissions.Read, expires, Attachment(fileName), contentType);

    /// <summary>https://learn.microsoft.com/rest/api/storageservices/put-blob asks for the type of blob.</summary>
    public static ImmutableDictionary<string, string> UploadHeaders { get; } =
        ImmutableDictionary<string, string>.Empty.Add("x-ms-blob-type", "BlockBlob");

    /// <summary>The terms of a link that only writes.</summary>
    public static BlobSasBuilder ForUpload(BlobClient blob, DateTimeOffset expires) =>
        Of(blob, BlobSasPermissions.Create | BlobSasPermissions.Write, expires, null, null);

    private static BlobSasBuilder Of(BlobClient blob, BlobSasPermissions permissions, DateTimeOffset expires, string? disposition,
        string? contentType) => new(permissions, expires)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
            ContentDisposition = disposition,
            ContentType = contentType,
        };

    /// <summary>RFC 6266: an ASCII name for every client, and the true one where it differs.</summary>
    public static string Attachment(string fileName)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(DownloadName.Of(fileName));
        return disposition.ToString();
    }

    /// <summary>The file of a container that a link leads to; <see langword="null"/> for a link that leads elsewhere.</summary>
    public static string? NameOf(Uri container, Uri link)
    {
        var root = container.AbsolutePath.TrimEnd('/') + "/";
        return link.Authority.Equals(container.Authority, StringComparison.OrdinalIgnoreCase)
            && link.AbsolutePath.StartsWith(root, StringComparison.Ordinal)
            ? Uri.UnescapeDataString(link.AbsolutePath[root.Length..])
            : null;
    }
}
