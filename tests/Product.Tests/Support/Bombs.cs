using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace ComfyFunc.Tests.Support;

/// <summary>Small files that unfold into gigabytes in whoever decodes them.</summary>
public static class Bombs
{
    private const int Side = 60_000; // 3.6 gigapixels, 14 GB decoded.
    private const int Unpacked = 1 << 30;

    /// <summary>Each by name; every one is an image by its header.</summary>
    public static IReadOnlyDictionary<string, byte[]> Images { get; } = new Dictionary<string, byte[]>
    {
        ["png of 3.6 gigapixels"] = Png(Side, Side),
        ["png with a gigabyte of text"] = Png(Side, Side, Chunk("zTXt", [.. "prompt\0\0"u8, .. Deflated(Unpacked)])),
        ["png with a gigabyte of color profile"] = Png(Side, Side, Chunk("iCCP", [.. "icc\0\0"u8, .. Deflated(Unpacked)])),
        ["gif of 4.3 gigapixels"] = [.. "GIF89a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 0xFF,
            0xFF, 0xFF, 0xFF, 0, 2, 2, 0x44, 1, 0, 0x3B],
        ["bmp of 3.6 gigapixels"] = Bmp(),
    };

    /// <summary>A JSON document that is nested so deep that a recursive reader ends the process.</summary>
    public static string Json { get; } = string.Concat(Enumerable.Repeat("{\"a\":[", 500_000));

    /// <summary>A gigabyte of zeros.</summary>
    public static byte[] Gzip { get; } = Packed(packed => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true), Unpacked);

    private static byte[] Png(int width, int height, params byte[] more)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 6); // Bits of a channel, and RGBA.
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. more, .. Chunk("IDAT", Deflated(1 << 20)), .. Chunk("IEND", [])];
    }

    private static byte[] Bmp()
    {
        var file = new byte[200];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Side);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Side);
        (file[26], file[28]) = (1, 24);
        return file;
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. content];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(typed));
        return [.. length, .. typed, .. checksum];
    }

    private static byte[] Deflated(int zeros) => Packed(packed => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true), zeros);

    private static byte[] Packed(Func<Stream, Stream> into, int zeros)
    {
        using var packed = new MemoryStream();
        using (var deflate = into(packed))
        {
            var block = new byte[1 << 20];
            for (var written = 0; written < zeros; written += block.Length)
            {
                deflate.Write(block);
            }
        }

        return packed.ToArray();
    }
}
