using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Media;
using ComfyFunc.Server.Media;

namespace ComfyFunc.Tests.Adapters.Comfy;

public class MediaTypeTests
{
    public static TheoryData<string> Extensions { get; } = [.. MediaType.All.Select(t => t.Extension)];

    [Theory, MemberData(nameof(Extensions))]
    public void A_row_is_found_in_any_case_and_has_a_kind_that_outputs_have(string extension)
    {
        var row = Assert.Single(MediaType.All, t => t.Extension == extension);
        Assert.Equal(extension, extension.ToLowerInvariant());
        Assert.Same(row, MediaType.Of($"A.b{extension.ToUpperInvariant()}"));
        Assert.Contains(row.Kind, MediaKind.OfOutputs);
        Assert.Matches(@"^[a-z]+/[a-z0-9.+-]+(; charset=utf-8)?$", row.ContentType);
    }

    // What is handed out as bytes may be of any kind.
    [Theory, MemberData(nameof(Extensions))]
    public void A_kind_and_a_content_type_agree(string extension)
    {
        var row = MediaType.Of(extension);
        var family = row.ContentType.Split('/')[0];
        Assert.Contains((row.Kind, family), new[]
        {
            (MediaKind.Image, "image"), (MediaKind.Video, "video"), (MediaKind.Audio, "audio"), (MediaKind.ThreeD, "model"),
            (MediaKind.Text, "text"), (MediaKind.Text, "application"), (MediaKind.Json, "application"),
            (row.Kind, row.ContentType == MediaType.Unknown.ContentType ? "application" : ""),
        });
        Assert.Equal(family is "image" or "video" or "audio", row.IsMedia);
    }

    [Theory, MemberData(nameof(Extensions))]
    public void What_is_sent_by_its_content_type_is_staged_as_one_of_its_kind(string extension)
    {
        var row = MediaType.Of(extension);
        var back = MediaType.ExtensionOf($"{row.ContentType.ToUpperInvariant()}; a=b");
        Assert.Equal(row.ContentType == MediaType.Unknown.ContentType ? MediaType.Unknown.Kind : row.Kind, MediaType.Of(back).Kind);
        Assert.All(row.Aliases, a => Assert.Equal(extension, FileExtension.Of(MediaKind.File, null, null, a, [])));
    }

    [Fact]
    public void No_content_type_is_said_twice()
    {
        var said = MediaType.All.Select(t => t.ContentType).Distinct().Concat(MediaType.All.SelectMany(t => t.Aliases)).ToArray();
        Assert.Equal(said.Distinct(StringComparer.OrdinalIgnoreCase), said);
    }

    [Theory]
    [InlineData("a.svg", "application/octet-stream", "image")]
    [InlineData("a.tif", "image/tiff", "image")]
    [InlineData("a.mpg", "video/mpeg", "video")]
    [InlineData("a.exe", "application/octet-stream", "file")]
    [InlineData("png", "application/octet-stream", "file")]
    [InlineData("", "application/octet-stream", "file")]
    public void A_file_is_what_its_name_says(string name, string contentType, string kind) =>
        Assert.Equal((contentType, kind), (MediaType.Of(name).ContentType, MediaType.Of(name).Kind));

    [Theory]
    [InlineData("image/jpeg", ".jpg")]
    [InlineData("image/tiff", ".tiff")]
    [InlineData("video/mp4", ".mp4")]
    [InlineData("application/octet-stream", "")]
    [InlineData("text/html", "")]
    public void A_content_type_lends_its_first_extension(string contentType, string extension) =>
        Assert.Equal(extension, MediaType.ExtensionOf(contentType));

    [Theory]
    [InlineData(".png", "video"), InlineData(".apng", "video"), InlineData(".webp", "video"), InlineData(".gif", "video")]
    [InlineData(".jpg", "image"), InlineData(".mp4", "video"), InlineData(".wav", "audio"), InlineData(".bin", "file")]
    public void What_moves_is_a_video_where_it_can_move(string extension, string kind) =>
        Assert.Equal(kind, MediaType.KindOf(new("a" + extension, "", "output", "images", Animated: true)));

    [Theory, MemberData(nameof(Extensions))]
    public void What_stands_still_is_what_its_row_says(string extension) =>
        Assert.Equal(MediaType.Of(extension).Kind, MediaType.KindOf(new("a" + extension, "", "output", "images", Animated: false)));
}
