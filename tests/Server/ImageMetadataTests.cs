using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ComfyFunc.Outputs;
using SkiaSharp;

namespace ComfyFunc.Tests.Server;

public class ImageMetadataTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("prompt\0{\"1\":{\"class_type\":\"KSampler\"}}");

    [Theory]
    [InlineData("tEXt")]
    [InlineData("zTXt")]
    [InlineData("iTXt")]
    [InlineData("eXIf")]
    public void A_png_loses_its_texts_and_keeps_its_pixels(string chunk)
    {
        var plain = Encoded(SKEncodedImageFormat.Png);
        var tagged = WithPngChunk(plain, chunk);

        Assert.True(tagged.AsSpan().IndexOf(Secret) > 0);
        Assert.Equal(plain, ImageMetadata.Strip(tagged));
    }

    [Theory]
    [InlineData(0xE1)]
    [InlineData(0xED)]
    [InlineData(0xFE)]
    public void A_jpeg_loses_exif_iptc_and_comments(byte marker)
    {
        var plain = Encoded(SKEncodedImageFormat.Jpeg);
        byte[] segment = [0xFF, marker, 0, (byte)(Secret.Length + 2), .. Secret];
        byte[] tagged = [.. plain[..2], .. segment, .. plain[2..]];

        Assert.Equal(plain, ImageMetadata.Strip(tagged));
    }

    [Fact]
    public void A_webp_loses_exif_and_xmp_and_says_so()
    {
        var plain = Encoded(SKEncodedImageFormat.Webp);
        byte[] extended = [.. Chunk("VP8X", [0x0C, 0, 0, 0, 15, 0, 0, 15, 0, 0]), .. plain[12..], .. Chunk("EXIF", Secret), .. Chunk("XMP ", Secret)];
        byte[] tagged = [.. Chunk("RIFF", [.. "WEBP"u8, .. extended])];
        var stripped = ImageMetadata.Strip(tagged)!;

        Assert.True(stripped.AsSpan().IndexOf(Secret) < 0);
        Assert.Equal(0, stripped[20]); // The flags of VP8X.
        Assert.Equal(stripped.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(stripped.AsSpan(4)));
        Assert.Equal(Pixels(plain), Pixels(stripped));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("not an image")]
    public void What_is_none_of_the_three_formats_is_left_alone(string file) => Assert.Null(ImageMetadata.Strip(Encoding.ASCII.GetBytes(file)));

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_file_that_was_cut_off_anywhere_does_no_harm(SKEncodedImageFormat format)
    {
        var file = format is SKEncodedImageFormat.Png ? WithPngChunk(Encoded(format), "tEXt") : Encoded(format);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.True(ImageMetadata.Strip(file.AsSpan(0, length)) is not { } stripped || stripped.Length <= length);
        }
    }

    private static byte[] Encoded(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(SKColors.Teal);
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    private static byte[] WithPngChunk(byte[] png, string type)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(type), .. Secret];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, Secret.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(content));
        const int AfterHeader = 33; // The signature and IHDR.
        return [.. png[..AfterHeader], .. length, .. content, .. checksum, .. png[AfterHeader..]];
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. length, .. content, .. new byte[content.Length % 2]];
    }

    private static byte[] Pixels(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file);
        return bitmap.Bytes;
    }
}
