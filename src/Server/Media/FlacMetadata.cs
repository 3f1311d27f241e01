using System.Buffers;

namespace ComfyFunc.Server.Media;

/// <summary>FLAC: only what says how the samples are stored stays. ComfyUI writes the prompt into a Vorbis comment.</summary>
internal static class FlacMetadata
{
    private const int StreamInfo = 0;
    private const int SeekTable = 3; // Counts from the first frame.
    private const int Comments = 4;
    private const int BlockHeader = 4;
    private const byte Last = 0x80;

    private static readonly ushort[] Crc16 = Table();

    private static ReadOnlySpan<byte> Signature => "fLaC"u8;

    public static bool Recognises(ReadOnlySpan<byte> file) => AudioTags.Without(file).StartsWith(Signature);

    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var rest = AudioTags.Without(file)[Signature.Length..];
        var blocks = new ArrayBufferWriter<byte>();
        var lastKept = 0;
        for (var isLast = false; !isLast;)
        {
            if (BlockLength(rest) is not (> 0 and var length))
            {
                return null;
            }

            isLast = (rest[0] & Last) != 0;
            if ((rest[0] & ~Last) is StreamInfo or SeekTable)
            {
                lastKept = blocks.WrittenCount;
                blocks.Write([(byte)(rest[0] & ~Last)]);
                blocks.Write(rest[1..length]);
            }

            rest = rest[length..];
        }

        return blocks.WrittenCount > 0 && AreFrames(rest) ? [.. Signature, .. Ended(blocks.WrittenSpan, lastKept), .. rest] : null;
    }

    /// <summary>Reads the comments.</summary>
    public static Flaw? Read(ReadOnlySpan<byte> file, SavedTexts texts)
    {
        file.Overlaps(AudioTags.Without(file), out var start);
        start += Signature.Length;
        for (var isLast = false; !isLast;)
        {
            if (BlockLength(file[start..]) is not (> 0 and var length))
            {
                return Flaw.CutOff(start);
            }

            var block = file.Slice(start, length);
            isLast = (block[0] & Last) != 0;
            if ((block[0] & ~Last) is Comments && VorbisComments.Read(block[BlockHeader..], start + BlockHeader, texts) is { } flaw)
            {
                return flaw;
            }

            start += length;
        }

        return null;
    }

    /// <returns>With its header; 0 when it goes on beyond the end.</returns>
    private static int BlockLength(ReadOnlySpan<byte> rest) =>
        rest.Length < BlockHeader || BlockHeader + ((rest[1] << 16) | (rest[2] << 8) | rest[3]) is var length && length > rest.Length
        ? 0 : length;

    private static byte[] Ended(ReadOnlySpan<byte> blocks, int last)
    {
        var ended = blocks.ToArray();
        ended[last] |= Last;
        return ended;
    }

    // Every frame ends with its checksum, and a checksum that goes on over its own value is nought:
    // so it is at the end of all frames, and nowhere else.
    private static bool AreFrames(ReadOnlySpan<byte> frames)
    {
        if (frames.IsEmpty)
        {
            return true;
        }

        ushort checksum = 0;
        foreach (var b in frames)
        {
            checksum = (ushort)((checksum << 8) ^ Crc16[(checksum >> 8) ^ b]);
        }

        return frames.Length > 2 && frames[0] == 0xFF && (frames[1] & 0xFC) == 0xF8 && checksum == 0;
    }

    private static ushort[] Table()
    {
        const int Polynomial = 0x8005;
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = i << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value << 1) ^ ((value & 0x8000) != 0 ? Polynomial : 0);
            }

            table[i] = (ushort)value;
        }

        return table;
    }
}
