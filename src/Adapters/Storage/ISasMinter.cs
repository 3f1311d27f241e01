using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Signs links with which anyone may read, or write, one file for a while.</summary>
public interface ISasMinter
{
    /// <param name="fileName">What a browser calls the download. Untrusted text is safe here.</param>
    /// <param name="contentType">What the download says it is, whatever the blob says.</param>
    ValueTask<Uri> MintAsync(string blobName, string fileName, string contentType, DateTimeOffset expires,
        CancellationToken cancellationToken);

    /// <summary>A link that writes the file, and reads nothing (the valet key).</summary>
    ValueTask<Uri> MintUploadAsync(string blobName, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>The file that a link leads to, as it was minted here once, whether it is still good or not.</summary>
    /// <returns><see langword="null"/> where the link leads elsewhere.</returns>
    ValueTask<string?> NameOfAsync(Uri link, CancellationToken cancellationToken);

    /// <summary>The headers that whoever writes through a link must send.</summary>
    ImmutableDictionary<string, string> UploadHeaders { get; }

    /// <summary>The most bytes that whoever serves the link takes; <see langword="null"/> where that is of no concern.</summary>
    long? LongestUpload => null;
}

/// <summary>The links that storage signs and serves itself. Where it cannot, none is registered.</summary>
/// <param name="Account">Where they lead to.</param>
public sealed record StorageLinks(ISasMinter Minter, Uri Account);
