using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Calls;

/// <summary>The key by which a caller marks repetitions of one call, and a hash of everything that call said.</summary>
/// <param name="Name">A hash of the client and its text, fit for a row key: two clients may choose the same text.</param>
/// <param name="Fingerprint">A hash of path, query and body: a key may not be used for another call.</param>
public sealed record CallKey(string Name, string Fingerprint)
{
    /// <summary>In characters.</summary>
    public const int Longest = 255;

    /// <summary>The headers that carry a key: the IETF's, OASIS Repeatable Requests' and Azure's.</summary>
    private static readonly string[] Headers = ["Idempotency-Key", "Repeatability-Request-ID", "Operation-Id"];

    /// <returns>The key, a fault when it cannot be one, or neither when the caller sent none.</returns>
    public static (CallKey? Key, Fault? Fault) Of(HttpRequest request, ReadOnlySpan<byte> body)
    {
        // The IETF's header is a structured field: a quoted string. Many clients leave the quotes out.
        var sent = Headers.SelectMany(h => request.Headers[h]).Select(v => (v ?? "").Trim().Trim('"'))
            .Distinct(StringComparer.Ordinal).ToArray();
        return sent switch
        {
            [] => (null, null),
            [{ Length: > 0 and <= Longest } text] when text.All(c => c is >= ' ' and <= '~') =>
                (new(Hash(Encoding.UTF8.GetBytes($"{request.Caller().Client}\n{text}")), FingerprintOf(request, body)), null),
            [_] => (null, new(FaultCode.InvalidRequest, $"{string.Join(", ", Headers)} hold 1 to {Longest} printable ASCII characters.",
                $"/{Headers[0]}")),
            _ => (null, new(FaultCode.InvalidRequest, $"Of {string.Join(", ", Headers)} send one, or the same text in each.",
                $"/{Headers[0]}")),
        };
    }

    private static string FingerprintOf(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Path}\n{request.QueryString}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
