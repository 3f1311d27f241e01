using System.Text;
using ComfyFunc.Server.Media;
using CsCheck;
using SkiaSharp;

namespace ComfyFunc.Tests.Server.Metadata;

public class FileMetadataTests
{
    private static readonly Sample[] All =
    [
        Pictures.Png, Pictures.AnimatedPng, Pictures.Jpeg, Pictures.WebP, Pictures.AnimatedWebP, Pictures.Gif, Pictures.Bmp,
            Pictures.Exr, Pictures.Svg,
        Videos.Mp4, Videos.Mov, Videos.WebM, Videos.LiveWebM, Videos.Avi,
        Sounds.Flac, Sounds.FlacBehindId3, Sounds.Mp3, Sounds.Mp3OfVersion2, Sounds.Aac, Sounds.Opus, Sounds.Vorbis, Sounds.Wav,
            Sounds.LongWav,
        Models.Latent, Models.Glb, Models.Gltf, Models.Ply, Models.Stl, Models.TextStl, Models.Obj,
    ];

    // These say nowhere how long they are: what is left when a part is cut off is whole.
    private static readonly string[] WithoutEnd = ["image.exr", "live.webm", "video.avi", "sound.flac", "tagged.flac", "sound.mp3",
        "low.mp3", "sound.aac", "long.wav", "points.ply", "text.stl", "mesh.obj"];

    // These are plain text, and nothing in it says which.
    private static readonly string[] WithoutSignature = ["scene.gltf", "mesh.obj"];

    public static TheoryData<string> Names => [.. All.Select(s => s.Name)];

    public static TheoryData<string> NamesOfSigned => [.. All.Select(s => s.Name).Except(WithoutSignature)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_that_describes_a_file_is_left_in_it_and_all_else_is(string name)
    {
        var sample = Of(name);
        var stripped = Strip(sample.File, name);

        Assert.True(sample.File.AsSpan().IndexOf(Sample.Secret) >= 0);
        Assert.NotNull(stripped);
        Assert.Equal(-1, stripped.AsSpan().IndexOf(Sample.Secret));
        var at = 0;
        foreach (var part in sample.Essence)
        {
            var found = stripped.AsSpan(at).IndexOf(part);
            Assert.True(found >= 0);
            Assert.True(!sample.KeepsPlaces || sample.File.AsSpan(at + found).StartsWith(part));
            at += found + part.Length;
        }

        Assert.True(!sample.KeepsPlaces || stripped.Length == sample.File.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_that_was_stripped_stays_as_it_is(string name)
    {
        var stripped = Strip(Of(name).File, name)!;

        Assert.Equal(stripped, Strip(stripped, name));
    }

    // Longer ones are cut at some places only: bytes within a secret are all alike.
    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_that_was_cut_off_anywhere_is_refused(string name)
    {
        var sample = Of(name);
        var end = sample.File.Length - 1 - (sample.File.AsSpan().EndsWith(Sample.Secret) ? Sample.Secret.Length : 0);
        for (var length = 0; length <= end; length += sample.File.Length > 20_000 && length > 2_000 && length < end - 1_000 ? 997 : 1)
        {
            var stripped = Strip(sample.File[..length], name);

            Assert.True(stripped is null || WithoutEnd.Contains(name), $"{name} of {length} bytes was taken for whole.");
            Assert.True(stripped is null || stripped.AsSpan().IndexOf(Sample.Secret) < 0, $"{name} of {length} bytes told the secret.");
        }
    }

    [Fact]
    public void A_data_uri_that_is_no_text_is_refused()
    {
        var scene = "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"uri\":\"data:application/octet-stream;base64,AA#A\"}]}"u8.ToArray();
        scene[Array.IndexOf(scene, (byte)'#')] = 0xC1;

        Assert.Null(Strip(scene, "scene.gltf"));
    }

    [Fact]
    public void No_flipped_bit_does_any_harm() =>
        Gen.Select(Gen.Int[0, All.Length - 1], Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[0, 7]).Array[1, 4],
            Gen.Bool).Sample((i, flips, isNearStart) =>
        {
            var file = All[i].File.ToArray();
            foreach (var (at, bit) in flips)
            {
                file[at % (isNearStart ? Math.Min(file.Length, 300) : file.Length)] ^= (byte)(1 << bit);
            }

            Strip(file, All[i].Name);
        }, iter: 2_000);

    [Theory]
    [MemberData(nameof(NamesOfSigned))]
    public void A_file_is_known_by_its_content_and_not_by_its_name(string name) =>
        Assert.Equal(Strip(Of(name).File, name), Strip(Of(name).File, "ComfyUI_00001_.bin"));

    [Theory]
    [InlineData("words.txt", "SECRET prompt KSampler")]
    [InlineData("words.TXT", "ID3 is no tag here")]
    [InlineData("list.json", "{\"prompt\":1}")]
    [InlineData("notes.md", "GIF89a, solid ply")]
    [InlineData("table.csv", "a;\u00e4\u00f6")]
    [InlineData("empty.srt", "")]
    public void Texts_are_what_a_node_was_told_to_write(string name, string text) =>
        Assert.Equal(Encoding.UTF8.GetBytes(text), Strip(Encoding.UTF8.GetBytes(text), name));

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("not an image")]
    [InlineData("PK\u0003\u0004 a zip")]
    [InlineData("{\"prompt\":1}")]
    public void What_is_of_no_known_kind_is_refused(string file) => Assert.Null(Strip(Encoding.ASCII.GetBytes(file), "image.png"));

    [Fact]
    public void A_picture_that_is_named_like_a_text_is_a_picture() =>
        Assert.Equal(Pictures.Png.Essence[0], Strip(Pictures.Png.File, "notes.txt"));

    [Theory]
    [InlineData("image.png")]
    [InlineData("animation.png")]
    [InlineData("photo.jpg")]
    [InlineData("image.webp")]
    [InlineData("animation.webp")]
    [InlineData("image.gif")]
    [InlineData("image.bmp")]
    public void A_picture_is_drawn_as_before(string name)
    {
        var file = Of(name).File;
        var stripped = Strip(file, name)!;

        Assert.Equal(Drawn(file).Select(f => f.Pixels), Drawn(stripped).Select(f => f.Pixels));
        Assert.All(Drawn(stripped), f => Assert.Equal(SKCodecResult.Success, f.Result));
    }

    [Fact]
    public void A_webp_says_that_it_has_no_exif_and_no_xmp() =>
        Assert.Equal(0, Strip(Pictures.WebP.File, "image.webp")![20]); // The flags of VP8X.

    [Fact]
    public void What_is_left_of_a_scene_is_a_scene()
    {
        var scene = System.Text.Json.Nodes.JsonNode.Parse(Strip(Models.Gltf.File, "scene.gltf")!)!;

        Assert.Equal("""{"version":"2.0"}""", scene["asset"]!.ToJsonString());
        Assert.Equal("""[{"mesh":0}]""", scene["nodes"]!.ToJsonString());
        Assert.Equal("[{}]", scene["scenes"]!.ToJsonString());
        Assert.Equal("{}", scene["extensions"]!.ToJsonString());
        Assert.NotNull(SKBitmap.Decode(Convert.FromBase64String(((string)scene["images"]![0]!["uri"]!).Split(',')[1])));
    }

    [Fact]
    public void Nothing_in_a_webm_points_to_what_went_or_sums_it_up()
    {
        var stripped = Strip(Videos.WebM.File, "video.webm")!;

        Assert.Equal(-1, stripped.AsSpan().IndexOf((byte[])[0x12, 0x54, 0xC3, 0x67])); // Tags.
        Assert.Equal(-1, stripped.AsSpan().IndexOf(Videos.Element(0xBF, 1, 2, 3, 4)));
    }

    [Fact]
    public void A_track_of_timed_metadata_is_refused()
    {
        byte[] handler = Videos.Box("hdlr", [.. new byte[8], .. "meta"u8, .. new byte[13]]);

        Assert.Null(Strip([.. Videos.Box("ftyp", 1, 2, 3, 4), .. Videos.Box("moov", Videos.Box("trak", Videos.Box("mdia", handler)))],
            "video.mp4"));
    }

    [Fact]
    public void A_still_in_a_container_for_videos_is_refused() =>
        Assert.Null(Strip([.. Videos.Box("ftyp", "avif"u8.ToArray()), .. Videos.Box("meta", Sample.Secret), .. Videos.Box("mdat", 1)],
        "image.avif"));

    [Fact]
    public void Boxes_in_boxes_have_an_end()
    {
        var boxes = Enumerable.Range(0, 3_000).Aggregate(Videos.Box("mvhd"), (inner, _) => Videos.Box("moov", inner));

        Assert.Null(Strip(boxes, "video.mp4"));
    }

    [Fact]
    public async Task A_file_too_large_for_memory_is_stripped_on_disk()
    {
        const int Large = 40 << 20;
        var video = Videos.Mp4;
        byte[] behind = Videos.Box("free", [.. Sample.Secret, .. new byte[Large], .. Sample.Secret]);
        using var source = new MemoryStream([.. video.File, .. behind]);
        await using var spool = await SpooledFile.ReadAsync(source, int.MaxValue, TestContext.Current.CancellationToken);
        var stripped = Assert.IsType<StripReply.Stripped>(FileMetadata.Strip(spool!, video.Name));
        using var read = new MemoryStream();
        await stripped.Content.CopyToAsync(read, TestContext.Current.CancellationToken);
        var path = Assert.IsType<FileStream>(spool).Name;
        await spool.DisposeAsync();

        Assert.Equal(source.Length, read.Length);
        Assert.Equal(-1, read.GetBuffer().AsSpan(0, (int)read.Length).IndexOf(Sample.Secret));
        Assert.True(read.GetBuffer().AsSpan().IndexOf(video.Essence[^1]) > 0);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_file_is_no_longer_than_what_is_kept()
    {
        using var source = new MemoryStream(new byte[1_001]);

        Assert.Null(await SpooledFile.ReadAsync(source, 1_000, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_large_file_that_has_to_be_written_anew_is_refused_without_reading_it()
    {
        using var large = new MemoryStream(Pictures.Png.File, 0, Pictures.Png.File.Length, writable: true, publiclyVisible: true);
        using var longer = new LongStream(large, FileMetadata.LargestRewritten + 1L);

        Assert.IsType<StripReply.TooLarge>(FileMetadata.Strip(longer, "image.png"));
    }

    private static Sample Of(string name) => All.Single(s => s.Name == name);

    private static byte[]? Strip(byte[] file, string name) => FileMetadata.Strip(file.ToArray(), name)?.ToArray();

    // Some readers stumble over the chunks in which ComfyUI puts the prompt of an animation, but have drawn it by then.
    private static (byte[] Pixels, SKCodecResult Result)[] Drawn(byte[] file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        return [.. Enumerable.Range(0, Math.Max(1, codec.FrameCount)).Select(i =>
        {
            var size = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            using var bitmap = new SKBitmap(size);
            var result = codec.GetPixels(size, bitmap.GetPixels(), new SKCodecOptions(i));
            return (bitmap.Bytes, result);
        })];
    }

    /// <summary>Says that it is longer than it is.</summary>
    private sealed class LongStream(Stream inner, long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
