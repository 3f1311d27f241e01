using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine;

/// <summary>Names a run: a ULID in its canonical 26 upper-case characters, so that ids sort by creation time.</summary>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId(string Value)
{
    /// <summary>Crockford's base 32, in which ULIDs are written, in ascending order.</summary>
    public const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Reads an id as callers write it, in either case; <see langword="false"/> for anything that is no ULID.</summary>
    public static bool TryParse(string? text, out RunId id)
    {
        id = new(text?.ToUpperInvariant() ?? "");
        return id.Value.Length == 26 && id.Value[0] <= '7' && !id.Value.AsSpan().ContainsAnyExcept(Alphabet);
    }

    public override string ToString() => Value;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(Digits);
}

/// <summary>Names a ComfyUI host in the pool; chosen by whoever registers it.</summary>
[JsonConverter(typeof(HostIdConverter))]
public readonly record struct HostId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Names one attempt of a run on a ComfyUI server. Derived, so that a repeated submit names the same prompt.</summary>
[JsonConverter(typeof(PromptIdConverter))]
public readonly record struct PromptId(Guid Value)
{
    // RFC 4122, appendix C would take any namespace; this one is ComfyFunc's own.
    private static readonly byte[] Namespace = new Guid("6f0c1a52-7d3e-5b1f-9c44-2b8a0e6d91c7").ToByteArray(bigEndian: true);

    /// <summary>UUIDv5 of run id and attempt (RFC 9562, section 5.5).</summary>
    public static PromptId Of(RunId run, int attempt)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // UUIDv5 is defined by SHA-1; nothing here depends on its strength.
        SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes($"{run.Value}/{attempt}")], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(new Guid(hash[..16], bigEndian: true));
    }

    /// <summary>A stand-in for an id that is no UUID, as others may choose them: the same text has the same one.</summary>
    public static PromptId OfOthers(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // Version 8 is for whatever one likes (RFC 9562, section 5.8).
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(new Guid(hash.AsSpan(0, 16), bigEndian: true));
    }

    /// <summary>Whether it is of our make: a name-based UUID. ComfyUI's own pages draw random ones.</summary>
    public bool IsDerived => Value.Version == 5;

    public override string ToString() => Value.ToString("D");
}

internal sealed class RunIdConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

internal sealed class HostIdConverter : JsonConverter<HostId>
{
    public override HostId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, HostId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override HostId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, HostId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}

internal sealed class PromptIdConverter : JsonConverter<PromptId>
{
    public override PromptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetGuid());

    public override void Write(Utf8JsonWriter writer, PromptId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
