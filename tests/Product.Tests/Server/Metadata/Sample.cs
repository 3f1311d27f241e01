using System.Buffers.Binary;
using System.Text;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>A file with a secret wherever its kind has a place for one.</summary>
/// <param name="Name">As a host would name it.</param>
/// <param name="Essence">What must be in it afterwards, byte for byte and in this order.</param>
/// <param name="KeepsPlaces">Whether its bytes stay where they are, since other bytes count on it.</param>
public sealed record Sample(string Name, byte[] File, byte[][] Essence, bool KeepsPlaces = false)
{
    public static readonly byte[] Secret = "SECRET prompt KSampler"u8.ToArray();

    /// <summary>Too long for one page, one block or a length of one byte.</summary>
    public static readonly byte[] LongSecret = [.. Enumerable.Repeat(Secret, 4_000).SelectMany(s => s)];

    /// <summary>What is played or drawn: bytes that say nothing.</summary>
    public static byte[] Content(int length, int seed = 1)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)((seed * 31) + (i * 7) | 1);
        }

        return bytes;
    }

    public override string ToString() => Name;

    internal static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    internal static byte[] Big(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    internal static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>A chunk of RIFF: type, length, content and a byte where the length is odd.</summary>
    internal static byte[] Chunk(string type, params byte[] content) =>
        [.. Ascii(type), .. Little(content.Length), .. content, .. new byte[content.Length % 2]];

    /// <summary>A checksum as it is defined, bit by bit.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes, uint polynomial, int width)
    {
        var (sum, top) = (0u, 1u << (width - 1));
        foreach (var b in bytes)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var carry = ((sum & top) != 0) ^ (((b >> bit) & 1) != 0);
                sum = (sum << 1) ^ (carry ? polynomial : 0);
            }
        }

        return width == 32 ? sum : sum & ((1u << width) - 1);
    }
}
