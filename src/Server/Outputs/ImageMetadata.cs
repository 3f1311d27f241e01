using System.Buffers;
using System.Buffers.Binary;

namespace ComfyFunc.Outputs;

/// <summary>
/// Takes texts, EXIF and XMP out of PNG, JPEG and WebP files and leaves every pixel as it is. ComfyUI keeps the whole prompt and graph there:
/// PNG in <c>tEXt</c> chunks, WebP in EXIF.
/// </summary>
public static class ImageMetadata
{
    private const int ChunkFrame = 12; // Of a PNG chunk: length, type and checksum.
    private const byte Marker = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte XmpFlag = 0x04; // Of VP8X.
    private const byte ExifFlag = 0x08;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool Handles(string? contentType) => contentType is "image/png" or "image/jpeg" or "image/webp";

    /// <returns>The file without its metadata, or <see langword="null"/> when it is none of the three formats, or broken.</returns>
    public static byte[]? Strip(ReadOnlySpan<byte> file) =>
        file.StartsWith(PngSignature) ? StripPng(file)
        : file.StartsWith((ReadOnlySpan<byte>)[Marker, 0xD8]) ? StripJpeg(file)
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? StripWebP(file)
        : null;

    private static byte[]? StripPng(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(PngSignature);
        for (var rest = file[PngSignature.Length..]; rest.Length > 0;)
        {
            if (rest.Length < ChunkFrame || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - ChunkFrame)
            {
                return null;
            }

            var chunk = rest[..((int)length + ChunkFrame)];
            var type = chunk.Slice(4, 4);
            if (!type.SequenceEqual("tEXt"u8) && !type.SequenceEqual("zTXt"u8) && !type.SequenceEqual("iTXt"u8) && !type.SequenceEqual("eXIf"u8))
            {
                kept.Write(chunk);
            }

            rest = rest[chunk.Length..];
        }

        return kept.WrittenSpan.ToArray();
    }

    private static byte[]? StripJpeg(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(file[..2]);
        var rest = file[2..];
        while (rest.Length >= 4 && rest[0] == Marker && rest[1] != StartOfScan)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 2;
            if (length > rest.Length)
            {
                return null;
            }

            // APP1 is EXIF or XMP, APP13 IPTC, and FE a comment. APP2, the color profile, is part of the picture.
            if (rest[1] is not (0xE1 or 0xED or 0xFE))
            {
                kept.Write(rest[..length]);
            }

            rest = rest[length..];
        }

        if (rest.Length < 4 || rest[0] != Marker)
        {
            return null;
        }

        kept.Write(rest);
        return kept.WrittenSpan.ToArray();
    }

    private static byte[]? StripWebP(ReadOnlySpan<byte> file)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(file[..12]);
        for (var rest = file[12..]; rest.Length >= 8;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > rest.Length - 8)
            {
                return null;
            }

            var chunk = rest[..(int)Math.Min(rest.Length, 8 + length + (length & 1))];
            if (!chunk.StartsWith("EXIF"u8) && !chunk.StartsWith("XMP "u8))
            {
                chunk.CopyTo(kept.GetSpan(chunk.Length));
                if (chunk.StartsWith("VP8X"u8) && length > 0)
                {
                    kept.GetSpan(chunk.Length)[8] &= unchecked((byte)~(XmpFlag | ExifFlag));
                }

                kept.Advance(chunk.Length);
            }

            rest = rest[chunk.Length..];
        }

        var stripped = kept.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(stripped.AsSpan(4), (uint)(stripped.Length - 8));
        return stripped;
    }
}
