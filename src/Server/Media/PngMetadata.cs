using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>PNG and APNG: texts, EXIF and private chunks go. The prompt is in <c>tEXt</c>, or <c>comf</c> in animations.</summary>
internal static class PngMetadata
{
    private const int Frame = 12; // Length, type and checksum.
    private const int LongestKeyword = 79;
    private const int Block = 64 << 10;

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
        for (var rest = file[Signature.Length..]; TryChunk(rest, out var type, out var chunk);)
        {
            if (!Kept.Contains(type) && !IsAncillary(type))
            {
                return null;
            }

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

    /// <summary>Reads the texts: of stills, and those that stand behind the picture of an animation.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        var at = Signature.Length;
        for (; TryChunk(file[at..], out var type, out var chunk); at += chunk.Length)
        {
            if (type == "IEND")
            {
                return null;
            }

            if (type is "tEXt" or "zTXt" or "iTXt" or "comf" && AddText(type, chunk[8..^4], at, texts) is { } flaw)
            {
                return flaw;
            }
        }

        return Flaw.CutOff(at);
    }

    // The keyword ends with a zero. What iTXt has between it and its text: whether that is compressed and how, a language, and the keyword
    // in that language.
    private static Flaw? AddText(string type, ReadOnlySpan<byte> content, long at, SavedTexts texts)
    {
        var end = content.IndexOf((byte)0);
        var keyword = end is > 0 and <= LongestKeyword ? SavedTexts.Decode(content[..end]) : "";
        if (!SavedTexts.Wants(keyword))
        {
            return null;
        }

        var text = content[(end + 1)..];
        var isCompressed = type == "zTXt";
        if (isCompressed || type == "iTXt")
        {
            var fields = isCompressed ? 1 : 2;
            if (text.Length < fields || text[fields - 1] != 0)
            {
                return new($"has a {keyword} that is compressed in an unknown way", at);
            }

            isCompressed |= text[0] != 0;
            text = text[fields..];
        }

        for (var skipped = 0; type == "iTXt" && skipped < 2; skipped++)
        {
            text = text[(text.IndexOf((byte)0) + 1)..];
        }

        return isCompressed ? AddCompressed(keyword, text, at, texts) : texts.Add(keyword, text, at);
    }

    private static Flaw? AddCompressed(string keyword, ReadOnlySpan<byte> text, long at, SavedTexts texts)
    {
        var inflated = new ArrayBufferWriter<byte>();
        using var source = new MemoryStream(text.ToArray());
        using var inflater = new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            while (inflater.Read(inflated.GetSpan(Block)) is > 0 and var read)
            {
                inflated.Advance(read);
                if (inflated.WrittenCount > texts.Left)
                {
                    return SavedTexts.TooLong(at);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return new($"has a {keyword} that cannot be decompressed", at);
        }

        return texts.Add(keyword, inflated.WrittenSpan, at);
    }

    private static bool TryChunk(ReadOnlySpan<byte> rest, out string type, out ReadOnlySpan<byte> chunk)
    {
        type = "";
        chunk = default;
        if (rest.Length < Frame || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - Frame)
        {
            return false;
        }

        type = Encoding.Latin1.GetString(rest.Slice(4, 4));
        chunk = rest[..((int)length + Frame)];
        return true;
    }

    private static bool IsAncillary(string type) => char.IsAsciiLetterLower(type[0]) && type.All(char.IsAsciiLetter);
}
