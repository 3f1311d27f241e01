using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Clients;
using ComfyFunc.Tests.Pack;

// Not by the folder's name alone: it would hide System.Console.
namespace ComfyFunc.Tests.ConsolePages;

/// <summary>The console in a browser, with the product as its users run it: tests/Console has what is tested.</summary>
[Collection(nameof(ClientCollection))]
public sealed class ConsoleTests(AppFixture app)
{
    public static TheoryData<string> Parts =>
    [
        .. Directory.EnumerateFiles(Path.Combine(TestFolders.Root, "tests", "Console", "tests"), "*.test.mjs")
            .Select(f => Path.GetFileName(f).Replace(".test.mjs", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
    ];

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task The_console_does_in_a_browser_what_it_should(string part)
    {
        Assert.True(PageFolder.Chromium is not null, "The console is tested in Chromium, which is not on the PATH: apt-get install -y chromium");
        using var folder = await ConsoleFolder.OfTestsAsync();

        var said = await folder.NodeAsync(["--test", $"tests/{part}.test.mjs"], ("CHROMIUM", PageFolder.Chromium ?? ""),
            ("COMFYFUNC_URL", app.Http.Root().AbsoluteUri),
            ("COMFYFUNC_DLL", Path.Combine(AppContext.BaseDirectory, "ComfyFunc.Standalone.dll")));

        Assert.Contains("# fail 0", said, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0", said, StringComparison.Ordinal);
    }
}
