using ComfyFunc.Engine;
using ComfyFunc.Server.Outputs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ComfyFunc.Tests.Server;

public class RenditionTests
{
    [Theory]
    [InlineData("", 100, 50, 100, 50)]
    [InlineData("?width=50", 100, 50, 50, 25)]
    [InlineData("?height=25&width=80", 100, 50, 50, 25)]
    [InlineData("?width=200&height=200", 100, 50, 100, 50)]
    [InlineData("?width=1", 1000, 1, 1, 1)]
    public void An_image_fits_and_never_grows(string query, int width, int height, int fitWidth, int fitHeight) =>
        Assert.Equal((fitWidth, fitHeight), (Read(query).Rendition ?? new(null, 85, null, null)).FitOf(width, height));

    [Theory]
    [InlineData("?format=webp&quality=60")]
    [InlineData("?format=jpg")]
    [InlineData("?strip=metadata")]
    public void What_can_be_had_is_read(string query) => Assert.NotNull(Read(query).Rendition);

    [Theory]
    [InlineData("?format=tiff", "/format")]
    [InlineData("?format=1", "/format")]
    [InlineData("?quality=80", "/quality")]
    [InlineData("?format=png&quality=80", "/quality")]
    [InlineData("?format=webp&quality=0", "/quality")]
    [InlineData("?width=-1", "/width")]
    [InlineData("?height=99999", "/height")]
    [InlineData("?strip=all", "/strip")]
    public void What_cannot_be_had_is_told(string query, string pointer)
    {
        var (rendition, faults) = Read(query);

        Assert.Null(rendition);
        Assert.Equal(pointer, Assert.Single(faults).Pointer);
    }

    private static (Rendition? Rendition, System.Collections.Immutable.ImmutableArray<Fault> Faults) Read(string query) =>
        Rendition.Read(new QueryCollection(QueryHelpers.ParseQuery(query)));
}
