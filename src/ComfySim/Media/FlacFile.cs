using System.Buffers.Binary;

namespace ComfyFunc.ComfySim.Media;

/// <summary>Sound as ComfyUI's AUDIO has it; one channel is enough here.</summary>
internal sealed record Sound(short[] Samples, int Rate);

/// <summary>Writes FLAC files with verbatim subframes (RFC 9639): valid, and as large as the samples.</summary>
internal static class FlacFile
{
    private const int BlockSize = 4096;

    public static byte[] Encode(Sound sound)
    {
        using var file = new MemoryStream();
        file.Write("fLaC"u8);
        file.Write([0x80, 0, 0, 34]);
        file.Write(StreamInfo(sound));
        for (var (at, frame) = (0, 0); at < sound.Samples.Length; at += BlockSize, frame++)
        {
            file.Write(Frame(sound.Samples.AsSpan(at, Math.Min(BlockSize, sound.Samples.Length - at)), frame));
        }

        return file.ToArray();
    }

    private static byte[] StreamInfo(Sound sound)
    {
        var info = new byte[34];
        BinaryPrimitives.WriteUInt16BigEndian(info, BlockSize);
        BinaryPrimitives.WriteUInt16BigEndian(info.AsSpan(2), BlockSize);
        // 20 bits rate, 3 bits channels - 1, 5 bits depth - 1, 36 bits samples.
        BinaryPrimitives.WriteUInt64BigEndian(info.AsSpan(10), ((ulong)sound.Rate << 44) | (15UL << 36) | (uint)sound.Samples.Length);
        return info;
    }

    private static byte[] Frame(ReadOnlySpan<short> samples, int number)
    {
        using var frame = new MemoryStream();
        // Fixed block size; a 16-bit block size follows; rate and depth: rate from the header, 16 bits.
        frame.Write([0xFF, 0xF8, 0x70, 0x08]);
        frame.Write(Utf8(number));
        frame.Write([(byte)((samples.Length - 1) >> 8), (byte)(samples.Length - 1)]);
        frame.WriteByte(Crc8(frame.ToArray()));
        frame.WriteByte(0x02); // A verbatim subframe.
        foreach (var sample in samples)
        {
            frame.Write([(byte)(sample >> 8), (byte)sample]);
        }

        var crc = Crc16(frame.ToArray());
        frame.Write([(byte)(crc >> 8), (byte)crc]);
        return frame.ToArray();
    }

    private static byte[] Utf8(int value) =>
        value < 0x80 ? [(byte)value] : value < 0x800 ? [(byte)(0xC0 | (value >> 6)), (byte)(0x80 | (value & 0x3F))]
        : [(byte)(0xE0 | (value >> 12)), (byte)(0x80 | ((value >> 6) & 0x3F)), (byte)(0x80 | (value & 0x3F))];

    private static byte Crc8(byte[] bytes)
    {
        var crc = 0;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x07 : crc << 1;
            }
        }

        return (byte)crc;
    }

    private static ushort Crc16(byte[] bytes)
    {
        var crc = 0;
        foreach (var b in bytes)
        {
            crc ^= b << 8;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x8005 : crc << 1;
            }
        }

        return (ushort)crc;
    }
}
