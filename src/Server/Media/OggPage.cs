using System.Buffers;
using System.Buffers.Binary;

namespace ComfyFunc.Server.Media;

/// <summary>A page of an Ogg file: a piece of one of its streams.</summary>
internal readonly ref struct OggPage
{
    public const byte Continues = 1;
    public const byte Begins = 2;
    public const byte Ends = 4;
    public const int MostSegments = 255;

    private const int Header = 27;

    private static readonly uint[] Crc = Table();

    public required byte Flags { get; init; }

    public required long Granule { get; init; }

    public required int Serial { get; init; }

    /// <summary>Lengths of the segments; a packet ends with one that is shorter than 255.</summary>
    public required ReadOnlySpan<byte> Segments { get; init; }

    public required ReadOnlySpan<byte> Body { get; init; }

    /// <returns>The page's length; 0 when there is no whole page with a right checksum.</returns>
    public static int Read(ReadOnlySpan<byte> at, out OggPage page)
    {
        page = default;
        if (at.Length < Header || !at.StartsWith("OggS\0"u8) || Header + at[26] is var start && at.Length < start)
        {
            return 0;
        }

        var segments = at[Header..start];
        var length = start;
        foreach (var segment in segments)
        {
            length += segment;
        }

        if (at.Length < length || Checksum(at[..length]) != BinaryPrimitives.ReadUInt32LittleEndian(at[22..]))
        {
            return 0;
        }

        page = new()
        {
            Flags = at[5],
            Granule = BinaryPrimitives.ReadInt64LittleEndian(at[6..]),
            Serial = BinaryPrimitives.ReadInt32LittleEndian(at[14..]),
            Segments = segments,
            Body = at[start..length],
        };
        return length;
    }

    public void Write(ArrayBufferWriter<byte> to, int number)
    {
        var page = to.GetSpan(Header + Segments.Length + Body.Length)[..(Header + Segments.Length + Body.Length)];
        page.Clear();
        "OggS"u8.CopyTo(page);
        page[5] = Flags;
        BinaryPrimitives.WriteInt64LittleEndian(page[6..], Granule);
        BinaryPrimitives.WriteInt32LittleEndian(page[14..], Serial);
        BinaryPrimitives.WriteInt32LittleEndian(page[18..], number);
        page[26] = (byte)Segments.Length;
        Segments.CopyTo(page[Header..]);
        Body.CopyTo(page[(Header + Segments.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[22..], Checksum(page));
        to.Advance(page.Length);
    }

    // The checksum's own place counts as nought.
    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        var sum = 0u;
        for (var i = 0; i < page.Length; i++)
        {
            sum = (sum << 8) ^ Crc[(byte)(sum >> 24) ^ (i is >= 22 and < 26 ? 0 : page[i])];
        }

        return sum;
    }

    private static uint[] Table()
    {
        const uint Polynomial = 0x04C1_1DB7;
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var value = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value << 1) ^ ((value & 0x8000_0000) != 0 ? Polynomial : 0);
            }

            table[i] = value;
        }

        return table;
    }
}
