using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Media;

/// <summary>Writes PNG files with text chunks, as ComfyUI writes prompt and workflow into its pictures, and animated ones.</summary>
internal static class PngFile
{
    private const int HeaderLength = 8 + 25;

    public static byte[] Encode(SKBitmap picture, IEnumerable<(string Key, string Text)> texts)
    {
        var plain = Encode(picture);
        using var file = new MemoryStream();
        file.Write(plain, 0, HeaderLength);
        foreach (var (key, text) in texts)
        {
            WriteChunk(file, "tEXt", [.. Encoding.Latin1.GetBytes(key), 0, .. Encoding.Latin1.GetBytes(text)]);
        }

        file.Write(plain, HeaderLength, plain.Length - HeaderLength);
        return file.ToArray();
    }

    public static byte[] EncodeAnimated(IReadOnlyList<SKBitmap> frames, double fps)
    {
        using var file = new MemoryStream();
        file.Write(Encode(frames[0]), 0, HeaderLength);
        WriteChunk(file, "acTL", [.. Big(frames.Count), .. Big(0)]);
        var sequence = 0;
        foreach (var (frame, index) in frames.Select((f, i) => (f, i)))
        {
            WriteChunk(file, "fcTL",
                [.. Big(sequence++), .. Big(frame.Width), .. Big(frame.Height), .. Big(0), .. Big(0), 0, 100,
                    .. Big16((int)(fps * 100)), 0, 0]);
            foreach (var data in Chunks(Encode(frame), "IDAT"))
            {
                WriteChunk(file, index == 0 ? "IDAT" : "fdAT", index == 0 ? data : [.. Big(sequence++), .. data]);
            }
        }

        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Encode(SKBitmap picture)
    {
        using var data = picture.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static IEnumerable<byte[]> Chunks(byte[] png, string type)
    {
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == type)
            {
                yield return png[(at + 8)..(at + 8 + length)];
            }

            at += 12 + length;
        }
    }

    private static void WriteChunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(Big(data.Length));
        file.Write(body);
        file.Write(Big((int)Crc32.HashToUInt32(body)));
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];
}
