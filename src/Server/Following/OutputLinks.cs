using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>
/// The links to a run's thumbnails. Where calls need keys they carry a signature for that one output in that one size, until a moment: a
/// page shows them without the key of the call.
/// </summary>
public sealed class OutputLinks(SecretKey secret, PublicAddress address, ComfyFuncOptions options, TimeProvider clock)
{
    private const string Expiry = "expires";

    private byte[]? key;

    /// <summary>What such a link's query has besides the rendition.</summary>
    internal static QueryParameter[] Query { get; } =
        [new(Expiry, Schemas.Integer("When the link's time is over: seconds since 1970.")) { IsRequired = true }, RunLinks.SignatureQuery];

    public async ValueTask<string> ThumbnailAsync(RunId run, string tag, int n, CancellationToken cancellationToken)
    {
        if (!options.SignsLinks)
        {
            return $"{address.Base}{Paths.Output(run, tag, n)}?{Rendition.ThumbnailQuery}";
        }

        var expires = (clock.GetUtcNow() + options.UrlLifetime).ToUnixTimeSeconds();
        var signature = await SignAsync(run, tag, $"{n}", Rendition.Thumbnail, $"{expires}", cancellationToken);
        return $"{address.Base}{Paths.OutputLink(run, tag, n)}?{Rendition.ThumbnailQuery}&{Expiry}={expires}"
            + $"&{RunLinks.Signature}={signature}";
    }

    /// <summary>Whether the query has this server's signature for this output, in this size and until that moment, letter by letter.</summary>
    /// <param name="tag">As the path has it.</param>
    public async ValueTask<bool> IsSignedAsync(RunId run, string tag, string n, Rendition? rendition, IQueryCollection query,
        CancellationToken cancellationToken)
    {
        var good = await SignAsync(run, tag, n, rendition, query[Expiry].FirstOrDefault() ?? "", cancellationToken);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(good),
            Encoding.UTF8.GetBytes(query[RunLinks.Signature].FirstOrDefault() ?? ""));
    }

    /// <param name="query">One that is signed.</param>
    public bool IsOver(IQueryCollection query) =>
        long.Parse(query[Expiry].ToString(), CultureInfo.InvariantCulture) <= clock.GetUtcNow().ToUnixTimeSeconds();

    // Servers leave %2F in a path as it is, so a tag is signed without escapes.
    private async ValueTask<string> SignAsync(RunId run, string tag, string n, Rendition? rendition, string expires,
        CancellationToken cancellationToken)
    {
        key ??= HKDF.DeriveKey(HashAlgorithmName.SHA256, await secret.GetAsync(cancellationToken), SecretKey.Bytes,
            info: "output-links"u8.ToArray());
        var terms = string.Join('\n', run, Uri.UnescapeDataString(tag), n, rendition?.Key, expires);
        return Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(terms)));
    }
}
