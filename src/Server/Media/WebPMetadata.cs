using System.Buffers;
using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>WebP, still and animated: EXIF, XMP and unknown chunks go. ComfyUI writes the prompt into EXIF.</summary>
internal static class WebPMetadata
{
    private const int Header = 12;
    private const int ChunkHeader = 8;
    private const int FrameHeader = 16; // Of ANMF: place, size, duration and flags.
    private const byte XmpFlag = 0x04; // Of VP8X.
    private const byte ExifFlag = 0x08;

    public static bool Recognises(ReadOnlySpan<byte> file) =>
        file.Length >= Header && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (length < 4 || length > file.Length - 8)
        {
            return null;
        }

        var kept = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(file[..Header]);
        if (!Copy(file[Header..((int)length + 8)], kept, isFrame: false) || kept.WrittenCount == Header)
        {
            return null;
        }

        var stripped = kept.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(stripped.AsSpan(4), (uint)(stripped.Length - 8));
        return stripped;
    }

    /// <summary>Reads the texts of the EXIF.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        for (var at = Header; at < file.Length;)
        {
            if (!TryChunk(file[at..], out var type, out var content))
            {
                return Flaw.CutOff(at);
            }

            if (type.SequenceEqual("EXIF"u8) && ExifTexts.Read(content, at + ChunkHeader, texts) is { } flaw)
            {
                return flaw;
            }

            at += ChunkHeader + content.Length + (content.Length & 1);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) > file.Length ? Flaw.CutOff(file.Length) : null;
    }

    private static bool TryChunk(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> content)
    {
        type = content = default;
        if (rest.Length < ChunkHeader || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var length
            && length > rest.Length - ChunkHeader)
        {
            return false;
        }

        type = rest[..4];
        content = rest.Slice(ChunkHeader, (int)length);
        return true;
    }

    private static bool Copy(ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> kept, bool isFrame)
    {
        while (rest.Length >= ChunkHeader)
        {
            if (!TryChunk(rest, out var type, out var content))
            {
                return false;
            }

            var length = content.Length;
            if (type.SequenceEqual("ANMF"u8) && !isFrame)
            {
                if (length < FrameHeader || !CopyFrame(content, kept))
                {
                    return false;
                }
            }
            else if (IsKept(type, isFrame))
            {
                Write(kept, type, content);
                if (type.SequenceEqual("VP8X"u8) && length > 0)
                {
                    Edit(kept, kept.WrittenCount - length - (length & 1))[0] &= unchecked((byte)~(XmpFlag | ExifFlag));
                }
            }

            rest = rest[Math.Min(rest.Length, ChunkHeader + length + (length & 1))..];
        }

        return rest.IsEmpty;
    }

    private static bool CopyFrame(ReadOnlySpan<byte> frame, ArrayBufferWriter<byte> kept)
    {
        var parts = new ArrayBufferWriter<byte>(frame.Length);
        parts.Write(frame[..FrameHeader]);
        if (!Copy(frame[FrameHeader..], parts, isFrame: true))
        {
            return false;
        }

        Write(kept, "ANMF"u8, parts.WrittenSpan);
        return true;
    }

    private static bool IsKept(ReadOnlySpan<byte> type, bool isFrame) =>
        type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8) || type.SequenceEqual("ALPH"u8)
        || (!isFrame && (type.SequenceEqual("VP8X"u8) || type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ICCP"u8)));

    private static void Write(ArrayBufferWriter<byte> kept, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        kept.Write(type);
        BinaryPrimitives.WriteUInt32LittleEndian(kept.GetSpan(4), (uint)content.Length);
        kept.Advance(4);
        kept.Write(content);
        kept.Write(content.Length % 2 == 0 ? [] : [0]);
    }

    private static Span<byte> Edit(ArrayBufferWriter<byte> kept, int at) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(kept.WrittenMemory).Span[at..];
}
