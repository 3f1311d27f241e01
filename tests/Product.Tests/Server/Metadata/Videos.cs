using System.Buffers.Binary;
using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>Videos with a secret in them.</summary>
internal static class Videos
{
    /// <summary>As SaveVideo writes it, and more: the index before what it points to.</summary>
    public static Sample Mp4 => Mp4With("video.mp4", isLong: false);

    public static Sample Mov => Mp4With("video.mov", isLong: true);

    public static Sample WebM => MatroskaWith("video.webm", isOpen: false);

    /// <summary>As it comes out of a pipe: lengths are not known.</summary>
    public static Sample LiveWebM => MatroskaWith("live.webm", isOpen: true);

    public static Sample Avi
    {
        get
        {
            byte[] stream = [.. Chunk("strh", Content(56)), .. Chunk("strf", Content(40, 2)), .. Chunk("strn", Secret)];
            byte[] header = [.. "hdrl"u8, .. Chunk("avih", Content(56, 3)), .. Chunk("LIST", [.. "strl"u8, .. stream])];
            byte[] movie = Chunk("LIST", [.. "movi"u8, .. Chunk("00dc", Content(99, 4))]);
            byte[] info = Chunk("LIST", [.. "INFO"u8, .. Chunk("ICMT", Secret)]);
            byte[] parts = [.. "AVI "u8, .. Chunk("LIST", header), .. info, .. Chunk("JUNK", Secret), .. movie,
                .. Chunk("idx1", Content(16, 5)), .. Chunk("mine", Secret)];
            return new("video.avi", [.. Chunk("RIFF", parts), .. Chunk("RIFF", [.. "AVIX"u8, .. movie]), .. Secret],
                [Chunk("strf", Content(40, 2)), movie, Chunk("idx1", Content(16, 5)), movie], KeepsPlaces: true);
        }
    }

    public static byte[] Box(string type, params byte[] content) => [.. Big(content.Length + 8), .. Ascii(type), .. content];

    /// <summary>An element of Matroska, its length in as many bytes as it takes.</summary>
    public static byte[] Element(uint id, params byte[] content)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, content.Length + (content.Length < 127 ? 0 : 1L << 56));
        return [.. Id(id), .. content.Length < 127 ? [(byte)(0x80 | content.Length)] : length, .. content];
    }

    private static Sample Mp4With(string name, bool isLong)
    {
        byte[] tags = Box("meta", [0, 0, 0, 0, .. Box("hdlr", [.. new byte[8], .. "mdta"u8, .. new byte[13]]), .. Box("keys", Secret),
            .. Box("ilst", LongSecret)]);
        byte[] handler = Box("hdlr", [.. new byte[8], .. "vide"u8, .. new byte[12], .. Secret, 0]);
        byte[] start = Box("ftyp", [.. "isom"u8, 0, 0, 2, 0, .. "isom"u8]);
        byte[] MovieAt(int offset)
        {
            byte[] table = Box("stbl", [.. Box("stsd", Content(90, 2)), .. Box("stsz", Content(20, 3)),
                .. Box("stco", [.. new byte[4], .. Big(1), .. Big(offset)]), .. Box("mine", Secret)]);
            byte[] track = Box("trak", [.. Box("tkhd", Content(84, 4)), .. Box("udta", Box("name", Secret)),
                .. Box("mdia", [.. Box("mdhd", Content(24, 5)), .. handler, .. Box("minf", table)]), .. tags]);
            return Box("moov", [.. Box("mvhd", Content(100, 6)), .. track, .. Box("udta", tags), .. tags, .. Box("uuid", Secret), 0, 0,
                0, 0]);
        }

        byte[] between = [.. Box("free", LongSecret), .. Box("uuid", [.. new byte[16], .. Secret]), .. Box("meta", Secret),
            .. Box("mine", Secret)];
        var picture = Content(500, 7);
        byte[] data = isLong ? [.. Big(1), .. "mdat"u8, .. Big(0), .. Big(picture.Length + 16), .. picture] : Box("mdat", picture);
        var movie = MovieAt(start.Length + MovieAt(0).Length + between.Length + data.Length - picture.Length);
        return new(name, [.. start, .. movie, .. between, .. data], [start, Box("mvhd", Content(100, 6)), Box("tkhd", Content(84, 4)),
            Box("stsd", Content(90, 2)), Box("stsz", Content(20, 3)), Box("stco",
            [.. new byte[4], .. Big(1), .. Big(start.Length + movie.Length + between.Length + data.Length - picture.Length)]), data],
            KeepsPlaces: true);
    }

    private static Sample MatroskaWith(string name, bool isOpen)
    {
        byte[] header = Element(0x1A45DFA3, Element(0x4282, "webm"u8.ToArray()));
        byte[] SeekTo(uint id) => Element(0x4DBB, [.. Element(0x53AB, Id(id)), .. Element(0x53AC, 1)]);
        byte[] sum = Element(0xBF, 1, 2, 3, 4);
        byte[] seeks = Element(0x114D9B74, [.. sum, .. SeekTo(0x1549A966), .. SeekTo(0x1254C367)]);
        byte[] info = Element(0x1549A966, [.. sum, .. Element(0x2AD7B1, 0x0F, 0x42, 0x40), .. Element(0x7BA9, Secret),
            .. Element(0x4D80, Secret), .. Element(0x5741, Secret), .. Element(0x7384, Secret)]);
        byte[] codec = Element(0x86, "V_VP9"u8.ToArray());
        byte[] tracks = Element(0x1654AE6B, [.. sum,
            .. Element(0xAE, [.. Element(0xD7, 1), .. codec, .. Element(0x536E, Secret), .. Element(0x258688, Secret)])]);
        byte[] tags = Element(0x1254C367, Element(0x7373,
            Element(0x67C8, [.. Element(0x45A3, "PROMPT"u8.ToArray()), .. Element(0x4487, LongSecret)])));
        byte[] told = [.. Element(0x1941A469, Secret), .. Element(0x1043A770, Secret), .. Element(0xEC, Secret),
            .. Element(0x4321, Secret)];
        byte[] blocks = [.. Element(0xE7, 0), .. Element(0xA3, Content(300, 8))];
        byte[] cluster = isOpen ? [.. Id(0x1F43B675), 0xFF, .. blocks] : Element(0x1F43B675, blocks);
        byte[] parts = [.. seeks, .. info, .. tracks, .. tags, .. told, .. cluster, .. cluster, .. Element(0x1C53BB6B, Content(30, 9)),
            .. tags];
        byte[] segment = isOpen ? [.. Id(0x18538067), 1, 255, 255, 255, 255, 255, 255, 255, .. parts] : Element(0x18538067, parts);
        return new(name, [.. header, .. segment], [header, SeekTo(0x1549A966), Element(0x2AD7B1, 0x0F, 0x42, 0x40), codec, cluster,
            cluster, Element(0x1C53BB6B, Content(30, 9))], KeepsPlaces: true);
    }

    private static byte[] Id(uint id) => [.. Big((int)id).SkipWhile(b => b == 0)];
}
