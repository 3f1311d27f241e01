using System.Buffers.Binary;
using System.Text.Json;

namespace ComfyFunc.Server.Media;

/// <summary>Safetensors, and so <c>.latent</c>: <c>__metadata__</c> of the header, where the prompt is, becomes spaces.</summary>
internal static class SafetensorsMetadata
{
    private const long LongestHeader = 100_000_000; // As the format has it.

    public static bool Recognises(ReadOnlySpan<byte> head) =>
        head.Length > 9 && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) <= LongestHeader;

    public static bool Strip(Stream file)
    {
        if (HeaderOf(file) is not { } header
            || !JsonBlanks.Blank(header, static n => n is "__metadata__")
            || EndOfTensors(header) != file.Length - 8 - header.Length)
        {
            return false;
        }

        InPlace.Write(file, 8, header);
        return true;
    }

    /// <summary>Reads the texts of the header.</summary>
    public static Flaw? Read(Stream file, SavedTexts texts) =>
        HeaderOf(file) is not { } header ? Flaw.CutOff(0)
        : !JsonPieces.IsObject(header) ? new("has a header that is no JSON", 8)
        : JsonPieces.Member(header, "__metadata__") is { IsEmpty: false } metadata ? texts.AddObject(metadata, 8)
        : null;

    private static byte[]? HeaderOf(Stream file)
    {
        var length = new byte[8];
        if (!InPlace.TryRead(file, 0, length)
            || BinaryPrimitives.ReadInt64LittleEndian(length) is var count && count < 2
            || count > Math.Min(LongestHeader, file.Length - 8))
        {
            return null;
        }

        var header = new byte[(int)count];
        return InPlace.TryRead(file, 8, header) ? header : null;
    }

    /// <returns>-1 when the header is none.</returns>
    private static long EndOfTensors(ReadOnlyMemory<byte> header)
    {
        using var json = JsonDocument.Parse(header);
        var end = 0L;
        foreach (var tensor in json.RootElement.EnumerateObject())
        {
            if (tensor.Value.ValueKind is not JsonValueKind.Object
                || !tensor.Value.TryGetProperty("data_offsets", out var offsets)
                || offsets.ValueKind is not JsonValueKind.Array
                || offsets.GetArrayLength() != 2
                || offsets[1].ValueKind is not JsonValueKind.Number || !offsets[1].TryGetInt64(out var last))
            {
                return -1;
            }

            end = Math.Max(end, last);
        }

        return end;
    }
}
