using System.Text;
using ComfyFunc.Server.Media;

namespace ComfyFunc.Tests.Server;

public class FileExtensionTests
{
    [Theory]
    [InlineData("video", "clip.mp4", "application/octet-stream", "", ".mp4")]
    [InlineData("video", "CLIP.MOV", "video/mp4", "", ".mov")]
    [InlineData("video", "video.php", "video/webm; codecs=vp9", "", ".webm")]
    [InlineData("video", null, "video/mp4", "", ".mp4")]
    [InlineData("video", "clip", "text/plain", "0000ftypisom", ".mp4")]
    [InlineData("video", "clip.bin", "application/octet-stream", "0000ftypqt  ", ".mov")]
    [InlineData("video", null, "application/octet-stream", "\u001aEß£ B webm", ".webm")]
    [InlineData("video", null, "application/octet-stream", "\u001aEß£ B matroska", ".mkv")]
    [InlineData("video", null, "application/octet-stream", "RIFF0000AVI LIST", ".avi")]
    [InlineData("audio", null, "audio/x-wav", "", ".wav")]
    [InlineData("audio", null, "application/octet-stream", "RIFF0000WAVEfmt ", ".wav")]
    [InlineData("audio", null, "application/octet-stream", "ID3\u0004", ".mp3")]
    [InlineData("audio", null, "application/octet-stream", "ÿû\u0090", ".mp3")]
    [InlineData("audio", null, "application/octet-stream", "ÿñP", ".aac")]
    [InlineData("audio", null, "application/octet-stream", "fLaC", ".flac")]
    [InlineData("audio", null, "application/octet-stream", "OggS", ".ogg")]
    [InlineData("audio", null, "application/octet-stream", "0000ftypM4A ", ".m4a")]
    [InlineData("audio", "take.one", "application/octet-stream", "nothing known", ".one")]
    [InlineData("audio", "take.one/../../x", "application/octet-stream", "nothing known", "")]
    [InlineData("3d", null, "application/octet-stream", "glTF", ".glb")]
    [InlineData("file", "weights.Latent", "application/octet-stream", "", ".latent")]
    [InlineData("file", "evil.a-very-long-one", "application/json", "", ".json")]
    public void A_file_is_staged_under_an_extension_that_nodes_know(string upload, string? name, string type, string head,
        string extension) =>
        Assert.Equal(extension, FileExtension.Of(upload, null, name, type, Encoding.Latin1.GetBytes(head)));

    [Fact]
    public void An_image_is_what_its_header_says() =>
        Assert.Equal(".webp", FileExtension.Of("video", new MediaFacts(1, 1, "image/webp", ".webp"), "clip.mp4", "video/mp4", "RIFF"u8));
}
