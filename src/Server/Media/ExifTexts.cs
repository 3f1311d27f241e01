using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>
/// The texts of EXIF, of which pictures in WebP and JPEG have the graph and the prompt: <c>workflow:{…}</c> and <c>prompt:{…}</c>, whatever
/// tags they are in.
/// </summary>
internal static class ExifTexts
{
    private const int Entry = 12;
    private const ushort Ascii = 2;
    private const int LongestName = 64;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <param name="at">Where it is in the file.</param>
    public static Flaw? Read(ReadOnlySpan<byte> exif, long at, SavedTexts texts)
    {
        if (exif.StartsWith(Prefix))
        {
            exif = exif[Prefix.Length..];
            at += Prefix.Length;
        }

        var isLittle = exif.StartsWith("II*\0"u8);
        if (exif.Length < 8 || (!isLittle && !exif.StartsWith("MM\0*"u8)))
        {
            return new("has EXIF of no byte order", at);
        }

        var start = Number(exif[4..], isLittle);
        if (start > exif.Length - 2 || Short(exif[(int)start..], isLittle) is var count && start + 2 + (count * Entry) > exif.Length)
        {
            return new("has EXIF that goes on beyond its end", at);
        }

        for (var i = 0; i < count; i++)
        {
            var entry = exif.Slice((int)start + 2 + (i * Entry), Entry);
            if (Short(entry[2..], isLittle) == Ascii && AddText(exif, entry, isLittle, at, texts) is { } flaw)
            {
                return flaw;
            }
        }

        return null;
    }

    private static Flaw? AddText(ReadOnlySpan<byte> exif, ReadOnlySpan<byte> entry, bool isLittle, long at, SavedTexts texts)
    {
        var (length, start) = (Number(entry[4..], isLittle), Number(entry[8..], isLittle));
        if (length <= 4)
        {
            return null; // It is in the entry itself, and too short for anything.
        }

        if (start > exif.Length || length > exif.Length - start)
        {
            return new("has EXIF with a text that goes on beyond its end", at + Math.Min(start, exif.Length));
        }

        var text = exif.Slice((int)start, (int)length);
        return text.IndexOf((byte)':') is > 0 and <= LongestName and var end
            ? texts.Add(SavedTexts.Decode(text[..end]), text[(end + 1)..], at + start) : null;
    }

    private static long Number(ReadOnlySpan<byte> at, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);

    private static int Short(ReadOnlySpan<byte> at, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
}
