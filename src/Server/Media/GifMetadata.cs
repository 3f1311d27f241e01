using System.Buffers;

namespace ComfyFunc.Server.Media;

/// <summary>GIF: comments, texts and applications' extensions go, but for repetitions and color profiles.</summary>
internal static class GifMetadata
{
    private const int Header = 13;
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte GraphicControl = 0xF9;
    private const byte Application = 0xFF;

    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        if (file.Length < Header || Header + TableLength(file[10]) is var start && start > file.Length)
        {
            return null;
        }

        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(file[..start]);
        for (var rest = file[start..]; rest.Length > 0;)
        {
            if (rest[0] == Trailer)
            {
                kept.Write([Trailer]);
                return kept.WrittenSpan.ToArray();
            }

            if (LengthOf(rest) is not { } length)
            {
                return null;
            }

            if (rest[0] == Image || IsKept(rest[..length]))
            {
                kept.Write(rest[..length]);
            }

            rest = rest[length..];
        }

        return null;
    }

    private static bool IsKept(ReadOnlySpan<byte> extension) =>
        extension[1] == GraphicControl
        || (extension[1] == Application
            && (IsOf(extension, "NETSCAPE2.0"u8) || IsOf(extension, "ANIMEXTS1.0"u8) || IsOf(extension, "ICCRGBG1012"u8)));

    private static bool IsOf(ReadOnlySpan<byte> extension, ReadOnlySpan<byte> application) =>
        extension[2] == application.Length && extension[3..].StartsWith(application);

    private static int? LengthOf(ReadOnlySpan<byte> block) => block[0] switch
    {
        Extension when block.Length > 2 => End(block, 2),
        Image when block.Length > 10 => End(block, 11 + TableLength(block[9])), // The colors, and a byte on how pixels are coded.
        _ => null,
    };

    private static int? End(ReadOnlySpan<byte> block, int at)
    {
        while (at < block.Length && block[at] != 0)
        {
            at += block[at] + 1;
        }

        return at < block.Length ? at + 1 : null;
    }

    private static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
