using System.Collections.Frozen;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Tells which headers a host may be given with every request.</summary>
public static class HostHeaders
{
    private const int LongestValue = 8192;

    // RFC 9110, section 7.6.1, and what belongs to the handshake of a WebSocket: these are the connection's own.
    private static readonly FrozenSet<string> OfTheConnection = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Expect",
        "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <returns>Why it may not be given, in a sentence that leaves the value out; <see langword="null"/> when it may.</returns>
    public static string? Objection(string name, string value)
    {
        using var request = new HttpRequestMessage();
        return OfTheConnection.Contains(name) ? $"{name} belongs to the connection and cannot be given to a host."
            : !request.Headers.TryAddWithoutValidation(name, "")
            ? "The name of a header is letters, digits and dashes, and not one that describes a body."
            : value.Length > LongestValue || value.Any(c => c is not ('\t' or (>= ' ' and <= '~')))
            ? $"The value of a header is at most {LongestValue} printable ASCII characters, without line breaks."
            : null;
    }
}
