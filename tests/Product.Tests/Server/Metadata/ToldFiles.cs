using System.IO.Compression;
using System.Text;
using SkiaSharp;
using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

/// <summary>Writes files with texts in them, as ComfyUI, its packs and ffmpeg do.</summary>
internal static class ToldFiles
{
    public const string Workflow = """{"nodes":[{"id":1,"type":"Note","widgets_values":["ä\"{NaN}"]}],"links":[],"extra":{"ds":null}}""";
    public const string Prompt = """{"1":{"class_type":"Note","inputs":{"text":"-Infinity"},"is_changed":[null,null,null]}}""";

    private const string Python = """{"1":{"class_type":"Note","inputs":{"text":"-Infinity"},"is_changed":[NaN,Infinity,-Infinity]}}""";
    private const int PngHeader = 33; // The signature and IHDR.

    /// <summary>As Python writes them: not quite JSON.</summary>
    public static (string Name, string Text)[] Both { get; } = [("prompt", Python), ("workflow", Workflow)];

    /// <summary>VideoHelperSuite's: the prompt is a text, the graph is not.</summary>
    private static string Comment { get; } =
        $$"""{"prompt":{{System.Text.Json.JsonSerializer.Serialize(Python)}},"workflow":{{Workflow}}}""";

    /// <summary>One of each kind, with both texts.</summary>
    public static Dictionary<string, (string Format, byte[] File)> All { get; } = new(StringComparer.Ordinal)
    {
        ["text.png"] = ("PNG", Png([.. Both.Select(t => PngText(t.Name, t.Text))])),
        ["compressed.png"] = ("PNG", Png([.. Both.Select(t => PngCompressed(t.Name, t.Text))])),
        ["international.png"] = ("PNG", Png([.. Both.Select(t => PngInternational(t.Name, t.Text, isCompressed: false))])),
        ["compressed-international.png"] = ("PNG", Png([.. Both.Select(t => PngInternational(t.Name, t.Text, isCompressed: true))])),
        ["animated.png"] = ("PNG", Png([.. Both.Select(t => Pictures.PngChunk("comf", [.. Ascii(t.Name), 0, .. Utf8(t.Text)]))])),
        ["prefixed.webp"] = ("WebP", WebP([.. "Exif\0\0"u8, .. Exif(isLittle: true, Tags(Both))])),
        ["little.webp"] = ("WebP", WebP(Exif(isLittle: true, Tags(Both)))),
        ["big.webp"] = ("WebP", WebP(Exif(isLittle: false, Tags([("Prompt", Both[0].Text), ("Workflow", Workflow)])))),
        ["photo.jpg"] = ("JPEG", Jpeg([.. "Exif\0\0"u8, .. Exif(isLittle: false, Tags(Both))])),
        ["keys.mp4"] = ("MP4", Mp4(Box("udta", Meta([.. Both, ("encoder", "Lavf")])))),
        ["upper.mp4"] = ("MP4", Mp4(Meta([("PROMPT", Python), ("encoder", "Lavf"), ("WORKFLOW", Workflow)]))),
        ["twice-encoded.mp4"] = ("MP4", Mp4(Box("udta", Meta([.. Both.Select(t => (t.Name, Encoded(Encoded(t.Text))))])))),
        ["comment.mp4"] = ("MP4", Mp4(Box("udta", CommentMeta()))),
        ["comment-key.mp4"] = ("MP4", Mp4(Box("udta", Meta([("comment", Comment)])))),
        ["comment.mov"] = ("MP4", Mp4(Box("udta", Box("\u00A9cmt", [0, 9, 0x55, 0xC4, .. Utf8(Comment)])))),
        ["quicktime.mov"] = ("MP4", Mp4(Meta(Both, hasVersion: false))),
        ["tags.webm"] = ("Matroska", WebM([.. Both.Select(t => (t.Name.ToUpperInvariant(), t.Text))], isOpen: false)),
        ["comment.webm"] = ("Matroska", WebM([("COMMENT", Comment)], isOpen: false)),
        ["live.mkv"] = ("Matroska", WebM(Both, isOpen: true)),
        ["sound.flac"] = ("FLAC", Flac(Both, [])),
        ["tagged.flac"] = ("FLAC", Flac(Both, Id3(3, [("artist", "fLaC")]))),
        ["sound.opus"] = ("Ogg", Opus(Both)),
        ["sound.ogg"] = ("Ogg", Vorbis([.. Both.Select(t => (t.Name.ToUpperInvariant(), t.Text))])),
        ["flac.ogg"] = ("Ogg", OggFlac(Both)),
        ["sound-3.mp3"] = ("MP3", [.. Id3(3, Both), .. Sound]),
        ["sound-4.mp3"] = ("MP3", [.. Id3(4, Both), .. Sound]),
        ["wide.mp3"] = ("MP3", [.. Id3(4, Both, encoding: 1), .. Id3(4, [("artist", "x")]), .. Sound]),
        ["x.latent"] = ("Safetensors", Safetensors($"{Encoded("prompt")}:{Encoded(Python)},{Encoded("workflow")}:{Encoded(Workflow)}")),
        ["mesh.glb"] = ("GLB", Glb($"\"prompt\":{Python},\"workflow\":{Workflow}")),
        ["encoded.glb"] = ("GLB", Glb($"\"prompt\":{Encoded(Python)},\"workflow\":{Encoded(Workflow)}")),
        ["drawing.svg"] = ("SVG", Svg($"{{\"prompt\":{Python},\n \"workflow\":{Workflow}}}")),
    };

    private static byte[] Sound => [.. new byte[] { 0xFF, 0xFB, 0x90, 0 }, .. Content(413)];

    public static byte[] Png(params byte[][] chunks)
    {
        var plain = Pictures.Encoded(SKEncodedImageFormat.Png);
        return [.. plain[..PngHeader], .. chunks.SelectMany(c => c), .. plain[PngHeader..]];
    }

    public static byte[] PngText(string name, string text) => Pictures.PngChunk("tEXt", [.. Ascii(name), 0, .. Utf8(text)]);

    public static byte[] PngCompressed(string name, string text) =>
        Pictures.PngChunk("zTXt", [.. Ascii(name), 0, 0, .. Deflated(Utf8(text))]);

    public static byte[] PngInternational(string name, string text, bool isCompressed) => Pictures.PngChunk("iTXt",
        [.. Ascii(name), 0, (byte)(isCompressed ? 1 : 0), 0, .. "en"u8, 0, .. "Wörter"u8, 0,
            .. isCompressed ? Deflated(Utf8(text)) : Utf8(text)]);

    public static byte[] Deflated(byte[] bytes)
    {
        using var deflated = new MemoryStream();
        using (var deflater = new ZLibStream(deflated, CompressionLevel.Fastest))
        {
            deflater.Write(bytes);
        }

        return deflated.ToArray();
    }

    public static byte[] WebP(byte[] exif)
    {
        byte[] parts = [.. "WEBP"u8, .. Chunk("VP8X", 0x08, 0, 0, 0, 15, 0, 0, 15, 0, 0),
            .. Pictures.Encoded(SKEncodedImageFormat.Webp)[12..], .. Chunk("EXIF", exif)];
        return Chunk("RIFF", parts);
    }

    /// <summary>A first directory with these texts, in tags that go down from Make as ComfyUI's do.</summary>
    public static byte[] Exif(bool isLittle, params string[] texts)
    {
        byte[] Number(int value) => isLittle ? Little(value) : Big(value);
        byte[] Short(int value) => isLittle ? Little(value)[..2] : Big(value)[2..];
        var entries = new List<byte>();
        var values = new List<byte>();
        var start = 8 + 2 + ((texts.Length + 1) * 12) + 4;
        foreach (var (text, tag) in texts.Select((t, i) => (Utf8(t + "\0"), 0x0110 - i)))
        {
            entries.AddRange([.. Short(tag), .. Short(2), .. Number(text.Length), .. Number(start + values.Count)]);
            values.AddRange(text);
        }

        entries.AddRange([.. Short(0x0112), .. Short(3), .. Number(1), .. Short(1), 0, 0]);
        return [.. isLittle ? "II*\0"u8 : "MM\0*"u8, .. Number(8), .. Short(texts.Length + 1), .. entries, .. Number(0), .. values];
    }

    public static byte[] Jpeg(byte[] exif)
    {
        var plain = Pictures.Encoded(SKEncodedImageFormat.Jpeg);
        return [.. plain[..2], 0xFF, 0xE1, .. Big(exif.Length + 2)[2..], .. exif, .. plain[2..]];
    }

    public static byte[] Mp4(byte[] tags) =>
        [.. Box("ftyp", [.. "isom"u8, 0, 0, 2, 0]), .. Box("mdat", Content(50)), .. Box("moov", [.. Box("mvhd", Content(100)), .. tags])];

    /// <summary>Names in <c>keys</c>, values in <c>ilst</c>.</summary>
    public static byte[] Meta((string Name, string Text)[] tags, bool hasVersion = true)
    {
        byte[] keys = [.. Big(0), .. Big(tags.Length), .. tags.SelectMany(t => Box("mdta", Utf8(t.Name)))];
        byte[] items = [.. tags.SelectMany((t, i) => (byte[])[.. Big(16 + 8 + Utf8(t.Text).Length), .. Big(i + 1),
            .. Box("data", [.. Big(1), .. Big(0), .. Utf8(t.Text)])])];
        byte[] handler = Box("hdlr", [.. new byte[8], .. "mdta"u8, .. new byte[13]]);
        return Box("meta", [.. hasVersion ? Big(0) : [], .. handler, .. Box("keys", keys), .. Box("ilst", items)]);
    }

    public static byte[] WebM((string Name, string Text)[] tags, bool isOpen)
    {
        byte[] simple = [.. tags.SelectMany(t => Videos.Element(0x67C8,
            [.. Videos.Element(0x45A3, Utf8(t.Name)), .. Videos.Element(0x4487, Utf8(t.Text))]))];
        byte[] cluster = isOpen ? [0x1F, 0x43, 0xB6, 0x75, 0xFF, .. Videos.Element(0xE7, 0)] : Videos.Element(0x1F43B675,
            Videos.Element(0xE7, 0));
        byte[] parts = [.. Videos.Element(0x1549A966, Videos.Element(0x2AD7B1, 0x0F, 0x42, 0x40)), .. cluster,
            .. Videos.Element(0x1254C367, Videos.Element(0x7373, [.. Videos.Element(0x63C0), .. simple]))];
        byte[] segment = isOpen ? [0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255, .. parts]
            : Videos.Element(0x18538067, parts);
        return [.. Videos.Element(0x1A45DFA3, Videos.Element(0x4282, "webm"u8.ToArray())), .. segment];
    }

    public static byte[] Flac((string Name, string Text)[] comments, byte[] before)
    {
        var block = Comments(comments);
        return [.. before, .. "fLaC"u8, 0, .. Big(34)[1..], .. Content(34), 0x84, .. Big(block.Length)[1..], .. block, 0xFF, 0xF8];
    }

    /// <summary>With texts on several pages: they are too long for one.</summary>
    public static byte[] Opus((string Name, string Text)[] comments)
    {
        byte[] packet = [.. "OpusTags"u8, .. Comments([("artist", new string('x', 100_000)), .. comments])];
        var pages = packet.Chunk(255 * 255).Select((part, i) => Sounds.Page((byte)(i == 0 ? 0 : 1), 0, part, i + 1)).ToArray();
        return [.. Sounds.Page(2, 0, [.. "OpusHead"u8, 1, 1, .. new byte[9]], 0), .. pages.SelectMany(p => p),
            .. Sounds.Page(4, 960, Content(90), pages.Length + 1)];
    }

    public static byte[] Vorbis((string Name, string Text)[] comments)
    {
        byte[] packet = [3, .. "vorbis"u8, .. Comments(comments), 1];
        return [.. Sounds.Page(2, 0, [1, .. "vorbis"u8, .. new byte[23]], 0), .. Sounds.Page(0, 0, [packet, Content(300)], 1),
            .. Sounds.Page(4, 960, Content(90), 2)];
    }

    public static byte[] OggFlac((string Name, string Text)[] comments)
    {
        var block = Comments(comments);
        return [.. Sounds.Page(2, 0, [0x7F, .. "FLAC"u8, 1, 0, 0, 1, .. "fLaC"u8, 0, 0, 0, 34, .. Content(34)], 0),
            .. Sounds.Page(0, 0, [0x84, .. Big(block.Length)[1..], .. block], 1), .. Sounds.Page(4, 960, Content(90), 2)];
    }

    public static byte[] Id3(byte version, (string Name, string Text)[] texts, byte encoding = 3)
    {
        byte[] Sync(int length) => [(byte)(length >> 21), (byte)((length >> 14) & 0x7F), (byte)((length >> 7) & 0x7F),
            (byte)(length & 0x7F)];
        byte[] Text(string text) => encoding == 1 ? [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)] : Utf8(text);
        byte[] frames = [.. texts.SelectMany(t =>
        {
            byte[] zero = encoding == 1 ? [0, 0] : [0];
            byte[] content = [encoding, .. Text(t.Name), .. zero, .. Text(t.Text), .. zero];
            return (byte[])[.. "TXXX"u8, .. version == 4 ? Sync(content.Length) : Big(content.Length), 0, 0, .. content];
        })];
        return [.. "ID3"u8, version, 0, 0, .. Sync(frames.Length + 20), .. frames, .. new byte[20]];
    }

    public static byte[] Safetensors(string metadata)
    {
        var header = Utf8($"{{\"__metadata__\":{{{metadata}}},"
            + "\"latent_tensor\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}");
        return [.. Little(header.Length), .. Little(0), .. header, 1, 2, 3, 4];
    }

    public static byte[] Glb(string extras)
    {
        var scene = Utf8($"{{\"asset\":{{\"version\":\"2.0\",\"extras\":{{{extras}}}}}}}  ");
        return [.. "glTF"u8, .. Little(2), .. Little(scene.Length + 20), .. Little(scene.Length), .. "JSON"u8, .. scene];
    }

    public static byte[] Svg(string metadata) => Utf8($"""
        <svg xmlns="http://www.w3.org/2000/svg" width="9">
          <metadata>
            <![CDATA[
        {metadata}
            ]]>
          </metadata><circle r="3" /></svg>
        """);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Encoded(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static string[] Tags(params (string Name, string Text)[] texts) => [.. texts.Select(t => $"{t.Name}:{t.Text}"), "Canon: 5"];

    private static byte[] CommentMeta() => Box("meta", [0, 0, 0, 0, .. Box("hdlr", [.. new byte[8], .. "mdir"u8, .. new byte[13]]),
        .. Box("ilst", [.. Box("\u00A9too", Box("data", [.. Big(1), .. Big(0), .. "Lavf"u8])),
            .. Box("\u00A9cmt", Box("data", [.. Big(1), .. Big(0), .. Utf8(Comment)]))])]);

    private static byte[] Comments((string Name, string Text)[] comments) => [.. Little(4), .. "Lavf"u8, .. Little(comments.Length),
        .. comments.Select(c => Utf8($"{c.Name}={c.Text}")).SelectMany(c => (byte[])[.. Little(c.Length), .. c])];

    private static byte[] Box(string type, params byte[] content) =>
        [.. Big(content.Length + 8), .. Encoding.Latin1.GetBytes(type), .. content];
}
