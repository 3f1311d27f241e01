using System.Text;
using ComfyFunc.Server.Media;
using CsCheck;
using static ComfyFunc.Tests.Server.Metadata.Sample;

namespace ComfyFunc.Tests.Server.Metadata;

public class SavedFileTests
{
    private const int Mutated = 3_000;
    private const long MostBytes = 8_000_000; // Of files of 100 KB.

    // They do not say where they end, or what is cut off is played or drawn, which is not looked at.
    private static readonly string[] WithoutEnd = ["photo.jpg", "sound.flac", "tagged.flac", "sound.opus", "sound.ogg", "flac.ogg",
        "sound-3.mp3", "sound-4.mp3", "wide.mp3", "x.latent", "live.mkv"];

    public static TheoryData<string> Names => [.. ToldFiles.All.Keys];

    /// <summary>Files with texts of other names, each with its format.</summary>
    public static TheoryData<string, byte[]> Untold => new()
    {
        { "PNG", ToldFiles.Png(ToldFiles.PngText("parameters", "{}"), ToldFiles.PngText("prompt", "a cat"), ToldFiles.PngText("", "{}")) },
        { "WebP", ToldFiles.WebP(ToldFiles.Exif(isLittle: true, "Canon: {}", "{}", "prompt")) },
        { "WebP", Chunk("RIFF", [.. "WEBP"u8, .. Pictures.Encoded(SkiaSharp.SKEncodedImageFormat.Webp)[12..]]) },
        { "JPEG", Pictures.Encoded(SkiaSharp.SKEncodedImageFormat.Jpeg) },
        { "MP4", ToldFiles.Mp4(ToldFiles.Meta([("encoder", "{}"), ("comment", "{\"a\":{}}"), ("comment", "made by hand")])) },
        { "MP4", ToldFiles.Mp4([]) },
        { "Matroska", ToldFiles.WebM([("ENCODER", "{}"), ("COMMENT", "[]")], isOpen: false) },
        { "FLAC", ToldFiles.Flac([("workflow", "none"), ("x", "{}")], []) },
        { "Ogg", ToldFiles.Opus([("artist", "{}")]) },
        { "MP3", ToldFiles.Id3(4, [("artist", "{}")]) },
        { "MP3", [0xFF, 0xFB, 0x90, 0, .. Content(413)] },
        { "Safetensors", ToldFiles.Safetensors("\"format\":\"pt\"") },
        { "GLB", ToldFiles.Glb("\"mine\":{}") },
        { "SVG", ToldFiles.Svg("made by hand") },
        { "SVG", "<svg><metadata/></svg>"u8.ToArray() },
    };

    /// <summary>Broken files, with what is said and where.</summary>
    public static TheoryData<byte[], string, string, long> Flaws => new()
    {
        { ToldFiles.Png(Pictures.PngChunk("zTXt", [.. "prompt\0"u8, 1, 2])), "PNG", "compressed in an unknown way", 33 },
        { ToldFiles.Png(Pictures.PngChunk("zTXt", [.. "prompt\0"u8, 0, 1, 2, 3])), "PNG", "cannot be decompressed", 33 },
        { ToldFiles.Png(Pictures.PngChunk("iTXt", [.. "prompt\0"u8, 1])), "PNG", "compressed in an unknown way", 33 },
        { ToldFiles.Png()[..^4], "PNG", "beyond its end", ToldFiles.Png().Length - 12 },
        { ToldFiles.WebP("Exif\0\0"u8.ToArray()), "WebP", "EXIF of no byte order", -1 },
        { ToldFiles.WebP([.. "II*\0"u8, .. Little(1 << 30)]), "WebP", "EXIF that goes on beyond", -1 },
        { ToldFiles.WebP([.. "II*\0"u8, .. Little(8), 255, 255]), "WebP", "EXIF that goes on beyond", -1 },
        { ToldFiles.WebP([.. "II*\0"u8, .. Little(8), 1, 0, 16, 1, 2, 0, .. Little(-1), .. Little(8)]), "WebP", "a text that goes on", -1 },
        { [.. "RIFF"u8, .. Little(900), .. "WEBP"u8, .. Chunk("EXIF", ToldFiles.Exif(true, "a"))], "WebP", "beyond its end", -1 },
        { [.. "RIFF"u8, .. Little(90), .. "WEBP"u8, .. "EXIF"u8, .. Little(-1)], "WebP", "beyond its end", 12 },
        { [0xFF, 0xD8, 0xFF, 0xE1, 0, 90, 1, 2, 3], "JPEG", "beyond its end", 2 },
        { [.. Videos.Box("ftyp", "isom"u8.ToArray()), .. Videos.Box("mdat")], "MP4", "no moov", 20 },
        { [.. Videos.Box("ftyp"), .. Big(7), .. "moov"u8], "MP4", "beyond its end", 8 },
        { ToldFiles.Mp4(Videos.Box("meta", [.. Big(0), .. Videos.Box("keys", [.. Big(0), .. Big(1), .. Big(900), .. "mdta"u8])])), "MP4",
            "a key of a tag", -1 },
        { ToldFiles.Mp4(Videos.Box("meta", [.. Big(0), .. Big(900), .. "ilst"u8])), "MP4", "beyond its end", -1 },
        { [.. Videos.Element(0x1A45DFA3), 0x18, 0x53, 0x80, 0x67, 0x88, 1], "Matroska", "beyond its end", 0 },
        { [.. Videos.Element(0x1A45DFA3), .. Videos.Element(0x18538067, 0x15, 0x49, 0xA9, 0x66, 0xFF)], "Matroska", "unknown length", 10 },
        { [.. "fLaC"u8, 4, 0, 0, 90, 1], "FLAC", "beyond its end", 4 },
        { [.. "fLaC"u8, 0x84, 0, 0, 8, .. Little(0), .. Little(1)], "FLAC", "beyond its end", 8 },
        { [.. "fLaC"u8, 0x84, 0, 0, 4, .. Little(-1)], "FLAC", "beyond its end", 8 },
        { [.. "OggS"u8, 0, 2], "Ogg", "checksum", 0 },
        { Sounds.Page(2, 0, [.. "OpusHead"u8, 1, 1], 0), "Ogg", "cut off", Sounds.Page(2, 0, [.. "OpusHead"u8, 1, 1], 0).Length },
        { [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, 1], "MP3", "beyond its end", 0 },
        { [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 12, .. "TXXX"u8, 0, 0, 1, 0, 0, 0, 1, 2], "MP3", "a frame that goes on", 10 },
        { [9, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":{}"u8], "Safetensors", "beyond its end", 0 },
        { [9, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":{}  "u8], "Safetensors", "no JSON", 8 },
        { [.. "glTF"u8, .. Little(2), .. Little(26), .. Little(6), .. "JSON"u8, .. "{\"a\":1"u8], "GLB", "no JSON", 20 },
        { [.. "glTF"u8, .. Little(1), .. Little(20), .. Little(0), .. "JSON"u8], "GLB", "has no scene", 0 },
        { "<svg>\n<metadata>\n</svg>"u8.ToArray(), "SVG", "no XML", 17 },
        { ToldFiles.Png(ToldFiles.PngCompressed("prompt", "{" + new string(' ', SavedTexts.Most))), "PNG", "more than 64 MiB", 33 },
        { ToldFiles.Png(ToldFiles.PngInternational("workflow", "{" + new string(' ', SavedTexts.Most), true)), "PNG", "more than 64 MiB",
            33 },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Graph_and_prompt_are_read_whatever_holds_them(string name)
    {
        var (format, file) = ToldFiles.All[name];

        Assert.Equal(new SavedFile.Found(format, ToldFiles.Workflow, ToldFiles.Prompt), SavedFile.Read(file));
    }

    [Fact]
    public void One_of_both_is_enough()
    {
        Assert.Equal(new SavedFile.Found("PNG", null, "{}"), SavedFile.Read(ToldFiles.Png(ToldFiles.PngText("prompt", "{}"))));
        Assert.Equal(new SavedFile.Found("FLAC", "{}", null), SavedFile.Read(ToldFiles.Flac([("workflow", "{}")], [])));
    }

    [Fact]
    public void The_last_of_two_counts() => Assert.Equal(new SavedFile.Found("PNG", null, "{\"b\":1}"),
        SavedFile.Read(ToldFiles.Png(ToldFiles.PngText("prompt", "{\"a\":1}"), ToldFiles.PngText("prompt", "{\"b\":1}"))));

    [Fact]
    public void A_part_of_a_larger_array_is_read() =>
        Assert.IsType<SavedFile.Found>(SavedFile.Read(((byte[])[1, 2, .. ToldFiles.All["keys.mp4"].File, 3]).AsMemory()[2..^1]));

    [Fact]
    public void Text_in_Latin_1_is_read() => Assert.Equal(new SavedFile.Found("PNG", null, "{\"é\":1}"),
        SavedFile.Read(ToldFiles.Png(Pictures.PngChunk("tEXt", [.. "prompt\0"u8, .. Encoding.Latin1.GetBytes("{\"é\":1}")]))));

    [Theory]
    [MemberData(nameof(Untold))]
    public void A_file_without_either_says_so(string format, byte[] file) =>
        Assert.Equal(new SavedFile.Nothing(format), SavedFile.Read(file));

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("BM")]
    [InlineData("{\"nodes\":[]}")]
    [InlineData("  {\"workflow\":{\"nodes\":[],\"links\":[]}}")]
    [InlineData("\0\0\0\u000Cftypavif\0\0\0\bmeta")]
    [InlineData("PK\u0003\u0004 a zip")]
    [InlineData("not a file that anybody knows")]
    public void What_is_no_such_file_is_unknown(string file) =>
        Assert.IsType<SavedFile.Unknown>(SavedFile.Read(Encoding.Latin1.GetBytes(file)));

    [Theory]
    [MemberData(nameof(Flaws))]
    public void A_flaw_is_told_with_its_place(byte[] file, string format, string what, long at)
    {
        var broken = Assert.IsType<SavedFile.Broken>(SavedFile.Read(file));

        Assert.Equal(format, broken.Format);
        Assert.Contains(what, broken.What, StringComparison.Ordinal);
        Assert.True(at < 0 || at == broken.At, $"At {broken.At}");
        Assert.InRange(broken.At, 0, file.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_a_file_that_was_cut_off_no_part_of_a_text_is_taken(string name)
    {
        var (format, file) = ToldFiles.All[name];
        var isLong = file.Length > 20_000;
        for (var length = 0; length < file.Length; length += isLong && length > 2_000 && length < file.Length - 1_500 ? 997 : 1)
        {
            var read = SavedFile.Read(file.AsMemory(0, length));
            Assert.True(read is SavedFile.Broken or SavedFile.Unknown || WithoutEnd.Contains(name), $"{length}: {read}");
            Assert.True(read is not SavedFile.Found found || (found.Workflow ?? ToldFiles.Workflow, found.Prompt ?? ToldFiles.Prompt)
                == (ToldFiles.Workflow, ToldFiles.Prompt), $"{length}: {read}");
            Assert.True(read is not SavedFile.Broken broken || broken.At <= length, $"{length}: {read}");
            Assert.True(read is not SavedFile.Broken { Format: var told } || told == format || name == "tagged.flac", $"{length}: {read}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_mutation_does_any_harm(string name)
    {
        var file = ToldFiles.All[name].File;
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 1 << 20], Gen.Int[0, 1 << 20]).Array[1, 4].Sample(mutations =>
        {
            var mutated = mutations.Aggregate(file, (f, m) => Mutate(f, m.Item1, m.Item2, m.Item3));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var read = SavedFile.Read(mutated);

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes);
            Assert.True(read is not SavedFile.Broken broken || (broken.At >= 0 && broken.At <= mutated.Length), $"{read}");
        }, iter: Mutated, seed: "0000000000000");
    }

    [Theory]
    [InlineData("[1,NaN,-NaN]", "[1,null,-null]")]
    [InlineData("NaN", "null")]
    [InlineData("""{"NaN":Infinity,"a":-Infinity}""", """{"NaN":null,"a":null}""")]
    [InlineData("""{"\"":NaN,"\\":"NaN"}""", """{"\"":null,"\\":"NaN"}""")]
    [InlineData("""{"open NaN""", """{"open NaN""")]
    [InlineData("Na", "Na")]
    [InlineData("", "")]
    public void What_is_no_number_is_null(string text, string read) =>
        Assert.Equal(read, Encoding.UTF8.GetString(NonFinite.ToNull(Encoding.UTF8.GetBytes(text))));

    private static byte[] Mutate(byte[] file, int kind, int where, int what)
    {
        if (file.Length == 0)
        {
            return file;
        }

        // Half of them near the start, where the headers are.
        var at = where % (what % 2 == 0 ? Math.Min(file.Length, 400) : file.Length);
        var end = Math.Min(file.Length, at + 1 + (what % 40));
        byte[] changed = [.. file];
        switch (kind)
        {
            case 0:
                changed[at] ^= (byte)(1 << (what % 8));
                return changed;
            case 1:
                changed.AsSpan(at, Math.Min(4, file.Length - at)).Fill((byte)(what % 3 == 0 ? 0xFF : what % 3 == 1 ? 0 : 0x7F));
                return changed;
            case 2:
                return [.. file[..at], .. file[end..]];
            case 3:
                return [.. file[..end], .. file[at..]];
            default:
                return file[..at];
        }
    }
}
