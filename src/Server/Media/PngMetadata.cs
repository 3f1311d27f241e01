using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>PNG and APNG: texts, EXIF and private chunks go. The prompt is in <c>tEXt</c>, or <c>comf</c> in animations.</summary>
internal static class PngMetadata
{
    private const int Frame = 12; // Length, type and checksum.

    // What is drawn, and how its colors, sizes and frames are meant.
    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "hIST", "pHYs", "sPLT", "tIME",
        "acTL", "fcTL", "fdAT", "cICP", "mDCV", "mDCv", "cLLI", "cLLi");

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(Signature);
        for (var rest = file[Signature.Length..]; rest.Length >= Frame;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var type = Encoding.Latin1.GetString(rest.Slice(4, 4));
            if (length > rest.Length - Frame || (!Kept.Contains(type) && !IsAncillary(type)))
            {
                return null;
            }

            var chunk = rest[..((int)length + Frame)];
            if (Kept.Contains(type))
            {
                kept.Write(chunk);
            }

            // What follows the end is no part of the picture.
            if (type == "IEND")
            {
                return kept.WrittenSpan.ToArray();
            }

            rest = rest[chunk.Length..];
        }

        return null;
    }

    private static bool IsAncillary(string type) => char.IsAsciiLetterLower(type[0]) && type.All(char.IsAsciiLetter);
}
