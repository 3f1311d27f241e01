using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Outputs;

/// <summary>What a link of this server's own allows: one file, read or created, until a moment.</summary>
/// <param name="Blob">The file's name in storage.</param>
/// <param name="IsUpload">Whether it creates the file and reads nothing; else it reads, and nothing else.</param>
/// <param name="FileName">What a browser calls the download.</param>
/// <param name="ContentType">What the download says it is.</param>
internal sealed record FileLink(string Blob, bool IsUpload, DateTimeOffset Expires, string FileName = "", string ContentType = "")
{
    private const string Version = "1";
    private const char Separator = '\n';

    /// <summary>The terms and their signature (HMAC-SHA256) as one segment of a path.</summary>
    public string Sign(byte[] key)
    {
        string[] parts = [Version, IsUpload ? "create" : "read", Expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            Blob, ContentType, DownloadName.Of(FileName)];
        return TokenOf(Encoding.UTF8.GetBytes(string.Join(Separator, parts)), key);
    }

    /// <summary>The terms of a link that was signed with this key, be its time over or not.</summary>
    /// <returns><see langword="null"/> for any other text.</returns>
    public static FileLink? Read(string token, byte[] key)
    {
        if (token.Split('.') is not [var text, _] || !Base64Url.IsValid(text))
        {
            return null;
        }

        // Letter by letter: base64 has several spellings of the same bytes.
        var terms = Base64Url.DecodeFromChars(text);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(TokenOf(terms, key)), Encoding.UTF8.GetBytes(token)))
        {
            return null;
        }

        return Encoding.UTF8.GetString(terms).Split(Separator) is
            [Version, "read" or "create", var expires, var blob, var contentType, var fileName] parts
            ? new(blob, parts[1] == "create", DateTimeOffset.FromUnixTimeSeconds(long.Parse(expires, CultureInfo.InvariantCulture)),
                fileName, contentType)
            : null;
    }

    private static string TokenOf(byte[] terms, byte[] key) =>
        $"{Base64Url.EncodeToString(terms)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, terms))}";
}
