using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>Verifies deliveries by Standard Webhooks (<c>v1</c>, HMAC-SHA256), and reads them.</summary>
/// <param name="secrets"><c>whsec_…</c>; any of several is good.</param>
public sealed class WebhookVerifier(params string[] secrets)
{
    private const string Prefix = "whsec_";
    private const string Scheme = "v1,";

    /// <summary>How far the timestamp may be off.</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Tells what time it is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads a delivery whose signature is good.</summary>
    /// <param name="body">As it came, byte for byte.</param>
    /// <param name="header">A header of the request by its name, <see langword="null"/> where it has none.</param>
    /// <exception cref="ComfyFuncException">It is not from the server, or not from now: <c>invalid_webhook</c>.</exception>
    public WebhookEvent Verify(ReadOnlySpan<byte> body, Func<string, string?> header)
    {
        var (id, timestamp, signatures) = (Needed(header, "webhook-id"), Needed(header, "webhook-timestamp"),
            Needed(header, "webhook-signature"));
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(Clock.GetUtcNow().ToUnixTimeSeconds() - (decimal)seconds) > (decimal)Tolerance.TotalSeconds)
        {
            throw Refusal("The timestamp is too old or too new.");
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var given = signatures.Split(' ').Where(s => s.StartsWith(Scheme, StringComparison.Ordinal))
            .Select(s => BytesOf(s[Scheme.Length..])).OfType<byte[]>().ToArray();
        foreach (var secret in secrets)
        {
            var key = BytesOf(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret)
                ?? throw Refusal("The secret is none.");
            var good = HMACSHA256.HashData(key, signed);
            if (given.Any(g => CryptographicOperations.FixedTimeEquals(g, good)))
            {
                return WebhookEvent.Of(JsonSerializer.Deserialize<JsonElement>(body));
            }
        }

        throw Refusal("No signature fits.");
    }

    /// <summary>The same for a body that was read as text.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="header">A header of the request by its name.</param>
    public WebhookEvent Verify(string body, Func<string, string?> header) => Verify(Encoding.UTF8.GetBytes(body), header);

    private static string Needed(Func<string, string?> header, string name) =>
        header(name) is { Length: > 0 } value ? value : throw Refusal($"The header {name} is missing.");

    private static byte[]? BytesOf(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static ComfyFuncException Refusal(string message) => new("invalid_webhook", message);
}

/// <summary>What a delivery tells.</summary>
/// <param name="Type">run.succeeded and so on.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="RunId">The run's id.</param>
/// <param name="Workflow">The workflow.</param>
/// <param name="Status">Where the run stands.</param>
/// <param name="Json">The document as it came.</param>
public sealed record WebhookEvent(string Type, DateTimeOffset? Timestamp, string RunId, string Workflow, string Status, JsonElement Json)
{
    internal static WebhookEvent Of(JsonElement shown)
    {
        var data = shown.Member("data");
        return new(shown.Text("type") ?? "", shown.Time("timestamp"), data.Text("id") ?? "", data.Text("workflow") ?? "",
            data.Text("status") ?? "", shown);
    }
}
