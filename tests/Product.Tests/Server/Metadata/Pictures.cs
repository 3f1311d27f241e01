using System.Buffers.Binary;
using System.IO.Hashing;
using SkiaSharp;
using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>Pictures with a secret in them.</summary>
internal static class Pictures
{
    public static Sample Png
    {
        get
        {
            byte[] told = [.. PngChunk("tEXt", [.. "prompt\0"u8, .. Secret]), .. PngChunk("zTXt", Secret),
                .. PngChunk("iTXt", Secret), .. PngChunk("eXIf", Secret)];
            return PngWith("image.png", kept: [], told, toldBehind: told, trailing: Secret);
        }
    }

    /// <summary>As SaveAnimatedPNG writes it: the prompt in chunks of its own behind the first picture.</summary>
    public static Sample AnimatedPng
    {
        get
        {
            byte[] control = [.. Big(0), .. Big(16), .. Big(16), .. Big(0), .. Big(0), 0, 1, 0, 10, 0, 0];
            byte[] kept = [.. PngChunk("acTL", [.. Big(1), .. Big(0)]), .. PngChunk("fcTL", control)];
            byte[] told = PngChunk("comf", [.. "prompt\0"u8, .. Secret]);
            return PngWith("animation.png", kept, told: PngChunk("prVt", Secret), toldBehind: [.. told, .. told], trailing: []);
        }
    }

    public static Sample Jpeg
    {
        get
        {
            var plain = Encoded(SKEncodedImageFormat.Jpeg);
            byte[] tagged = [.. plain[..2], .. Segment(0xE1, Secret), .. Segment(0xE2, [.. "MPF\0"u8, .. Secret]),
                .. Segment(0xED, Secret), .. Segment(0xE5, Secret), .. Segment(0xFE, Secret), .. plain[2..^2]];
            return new("photo.jpg", [.. tagged, .. Segment(0xFE, Secret), .. plain[^2..], .. Secret], [plain]);
        }
    }

    public static Sample WebP
    {
        get
        {
            var picture = Encoded(SKEncodedImageFormat.Webp)[12..];
            byte[] parts = [.. "WEBP"u8, .. Chunk("VP8X", 0x0C, 0, 0, 0, 15, 0, 0, 15, 0, 0), .. picture, .. Chunk("EXIF", Secret),
                .. Chunk("XMP ", Secret), .. Chunk("mine", Secret)];
            return new("image.webp", [.. Chunk("RIFF", parts), .. Secret], [picture]);
        }
    }

    public static Sample AnimatedWebP
    {
        get
        {
            var picture = Encoded(SKEncodedImageFormat.Webp)[12..];
            var frame = Chunk("ANMF", [0, 0, 0, 0, 0, 0, 15, 0, 0, 15, 0, 0, 100, 0, 0, 0, .. picture, .. Chunk("mine", Secret)]);
            byte[] parts = [.. "WEBP"u8, .. Chunk("VP8X", 0x0A, 0, 0, 0, 15, 0, 0, 15, 0, 0), .. Chunk("ANIM", 0, 0, 0, 0, 0, 0),
                .. frame, .. frame, .. Chunk("EXIF", Secret)];
            return new("animation.webp", Chunk("RIFF", parts), [Chunk("ANIM", 0, 0, 0, 0, 0, 0), picture, picture]);
        }
    }

    public static Sample Gif
    {
        get
        {
            byte[] start = [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 0];
            byte[] picture = [0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
            byte[] repeats = [0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0];
            byte[] secret = [(byte)Secret.Length, .. Secret, 0];
            byte[] told = [0x21, 0xFE, .. secret, 0x21, 0xFF, 11, .. "XMP DataXMP"u8, .. secret, 0x21, 0x01, 12, .. new byte[12],
                .. secret];
            return new("image.gif", [.. start, .. repeats, .. told, .. picture, .. told, .. picture, 0x3B, .. Secret],
                [[.. start, .. repeats, .. picture, .. picture, 0x3B]]);
        }
    }

    public static Sample Bmp
    {
        get
        {
            byte[] rest = [.. Little(0), .. Little(54), .. Little(40), .. Little(1), .. Little(1), 1, 0, 24, 0, .. new byte[24], 1, 2, 3,
                0];
            byte[] plain = [.. "BM"u8, .. Little(rest.Length + 6), .. rest];
            return new("image.bmp", [.. plain, .. Secret], [plain]);
        }
    }

    public static Sample Exr
    {
        get
        {
            byte[] channels = Attribute("channels", "chlist", [.. "R\0"u8, .. Little(1), 0, 0, 0, 0, .. Little(1), .. Little(1), 0]);
            byte[] told = [.. Attribute("prompt", "string", Secret), .. Attribute("comments", "string", Secret),
                .. Attribute("list", "stringvector", [.. Little(Secret.Length), .. Secret]), .. Attribute("own", "thing", Secret)];
            byte[] pixels = Content(40);
            return new("image.exr", [0x76, 0x2F, 0x31, 1, 2, 0, 0, 0, .. told, .. channels, 0, .. pixels], [channels, pixels],
                KeepsPlaces: true);
        }
    }

    public static Sample Svg
    {
        get
        {
            var secret = System.Text.Encoding.ASCII.GetString(Secret);
            var picture = $"data:image/png;base64,{Convert.ToBase64String(Png.File)}";
            var text = $"""
                <?xml version="1.0"?>
                <!-- {secret} --><?mine {secret}?>
                <svg xmlns="http://www.w3.org/2000/svg" xmlns:mine="urn:mine" mine:prompt="{secret}" width="9">
                <metadata><![CDATA[{secret}]]></metadata>
                <title>{secret}</title><desc>{secret}</desc><mine:prompt>{secret}</mine:prompt>
                <circle r="3" /><image href="{picture}" /></svg>
                """;
            return new("drawing.svg", Ascii(text), [Ascii("<circle r=\"3\" />"), Ascii("data:image/png;base64,")]);
        }
    }

    public static byte[] Encoded(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(SKColors.Teal);
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    public static byte[] PngChunk(string type, byte[] data)
    {
        byte[] content = [.. Ascii(type), .. data];
        return [.. Big(data.Length), .. content, .. Big((int)Crc32.HashToUInt32(content))];
    }

    private static Sample PngWith(string name, byte[] kept, byte[] told, byte[] toldBehind, byte[] trailing)
    {
        const int AfterHeader = 33; // The signature and IHDR.
        const int End = 12; // IEND.
        var plain = Encoded(SKEncodedImageFormat.Png);
        var (start, data, end) = (plain[..AfterHeader], plain[AfterHeader..^End], plain[^End..]);
        return new(name, [.. start, .. kept, .. told, .. data, .. toldBehind, .. end, .. trailing], [[.. start, .. kept, .. data, .. end]]);
    }

    private static byte[] Segment(byte marker, byte[] content)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(length, (short)(content.Length + 2));
        return [0xFF, marker, .. length, .. content];
    }

    private static byte[] Attribute(string name, string type, byte[] value) =>
        [.. Ascii(name), 0, .. Ascii(type), 0, .. Little(value.Length), .. value];
}
