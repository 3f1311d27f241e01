namespace ComfyFunc.Tests.Pack;

/// <summary>The pack's page: its pure parts in Node, what it does in a browser with a stand-in for ComfyUI's editor, and its types.</summary>
public class PageTests
{
    [Theory]
    [InlineData("publishing")]
    [InlineData("saves")]
    [InlineData("editor")]
    public async Task The_page_does_in_the_editor_what_it_should(string what)
    {
        Assert.True(PageFolder.Chromium is not null, "The page is tested in Chromium, which is not on the PATH: apt-get install -y chromium");
        using var folder = await PageFolder.CreateAsync();

        Assert.Contains("# fail 0", await folder.NodeAsync("--test", $"tests/{what}.test.mjs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_needs_no_browser_is_right()
    {
        using var folder = await PageFolder.CreateAsync();

        Assert.Contains("# fail 0", await folder.NodeAsync("--test", "tests/pure.test.mjs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_uses_the_editor_as_its_published_types_allow()
    {
        using var folder = await PageFolder.CreateAsync();

        await folder.NodeAsync("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
    }
}
