using System.Buffers;
using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>JPEG: EXIF, XMP, IPTC, comments and other segments go; the color profile and Adobe's color transform stay.</summary>
internal static class JpegMetadata
{
    private const byte Marker = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte End = 0xD9;
    private const byte Application1 = 0xE1;

    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[Marker, 0xD8, Marker]);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(file[..2]);
        var rest = file[2..];
        while (rest.Length >= 4 && rest[0] == Marker)
        {
            if (rest[1] is Marker)
            {
                rest = rest[1..]; // Fill bytes.
                continue;
            }

            if (rest[1] is End)
            {
                break;
            }

            if (SegmentLength(rest) is not (> 0 and var length))
            {
                return null;
            }

            length += rest[1] is StartOfScan ? ScanLength(rest[length..]) : 0;
            if (IsKept(rest[1], rest[4..length]))
            {
                kept.Write(rest[..length]);
            }

            rest = rest[length..];
        }

        // What follows the end is no part of the picture.
        if (rest.Length < 2 || rest[0] != Marker || rest[1] != End)
        {
            return null;
        }

        kept.Write(rest[..2]);
        return kept.WrittenSpan.ToArray();
    }

    /// <summary>Reads the texts of the EXIF, which stands before the picture.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        for (var at = 2; file.Length - at >= 4 && file[at] == Marker && file[at + 1] is not (End or StartOfScan);)
        {
            var rest = file[at..];
            var length = rest[1] is Marker ? 1 : SegmentLength(rest); // A fill byte.
            if (length == 0)
            {
                return Flaw.CutOff(at);
            }

            if (rest[1] is Application1 && rest[4..length] is var content && content.StartsWith("Exif\0\0"u8)
                && ExifTexts.Read(content, at + 4, texts) is { } flaw)
            {
                return flaw;
            }

            at += length;
            if (file.Length - at < 4 || file[at] != Marker)
            {
                return Flaw.CutOff(at);
            }
        }

        return null;
    }

    /// <returns>0 when no segment begins here, or it goes on beyond the end.</returns>
    private static int SegmentLength(ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 2;
        return rest[1] is < 0xC0 or (>= 0xD0 and < StartOfScan) || length is < 4 || length > rest.Length ? 0 : length;
    }

    private static bool IsKept(byte marker, ReadOnlySpan<byte> content) => marker switch
    {
        0xE0 => content.StartsWith("JFIF\0"u8),
        0xE2 => content.StartsWith("ICC_PROFILE\0"u8),
        0xEE => content.StartsWith("Adobe"u8),
        >= 0xE0 and <= 0xEF or 0xFE => false,
        _ => true,
    };

    // Entropy-coded bytes end at a marker that is neither a stuffed FF nor a restart.
    private static int ScanLength(ReadOnlySpan<byte> scan)
    {
        for (var at = 0; scan[at..].IndexOf(Marker) is >= 0 and var next;)
        {
            at += next;
            if (at + 1 < scan.Length && scan[at + 1] is not (0 or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at = Math.Min(scan.Length, at + 2);
        }

        return scan.Length;
    }
}
