using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ComfyFunc.Engine.Webhooks;

/// <summary>
/// Signs what a webhook is sent, by Standard Webhooks 1.0 (standardwebhooks.com): <c>v1</c>, HMAC-SHA256 over id, timestamp and body.
/// </summary>
public static class WebhookSecret
{
    private const string Prefix = "whsec_";

    /// <summary>24 to 64 bytes are asked for.</summary>
    public const int Bytes = 32;

    /// <summary>Spells key material as a secret that receivers paste into their libraries.</summary>
    public static string Of(ReadOnlySpan<byte> key) => Prefix + Convert.ToBase64String(key);

    /// <summary>
    /// The header <c>webhook-signature</c>: one signature for each secret, the newest first, so that either side of a rotation verifies.
    /// </summary>
    /// <param name="timestamp">When it is sent; whole seconds since 1970.</param>
    public static string Sign(IEnumerable<string> secrets, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp.ToUnixTimeSeconds()}.");
        byte[] content = [.. Encoding.UTF8.GetBytes(head), .. body];
        return string.Join(' ', secrets.Select(s => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(s), content))}"));
    }

    private static byte[] KeyOf(string secret) =>
        Convert.FromBase64String(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret);
}
