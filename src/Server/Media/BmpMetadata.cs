using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>BMP: it has no place for metadata; what follows the pixels goes.</summary>
internal static class BmpMetadata
{
    private const int Header = 26;

    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith("BM"u8) && file.Length >= Header;

    public static byte[]? Strip(ReadOnlySpan<byte> file) =>
        BinaryPrimitives.ReadUInt32LittleEndian(file[2..]) is >= Header and var length
            && length <= file.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(file[10..]) < length
            ? file[..(int)length].ToArray()
            : null;
}
