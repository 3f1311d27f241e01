using System.IO.Compression;
using System.Text.RegularExpressions;

// Not by the folder's name alone: it would hide System.Console.
namespace ComfyFunc.Tests.ConsolePages;

/// <summary>The console's source, and the files that are built of it and checked in.</summary>
public sealed partial class BuiltConsoleTests
{
    private const int MaxBytes = 150 * 1024;
    private static readonly string Source = Path.Combine(TestFolders.Root, "console");
    private static readonly string Built = Path.Combine(Source, "dist");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_checked_in_is_what_the_source_builds()
    {
        using var folder = await ConsoleFolder.OfSourceAsync();
        await folder.NodeAsync(["build.mjs"]);
        var anew = Path.Combine(folder.FullName, "dist");

        Assert.Equal(ConsoleFolder.Files(Built).Order(StringComparer.Ordinal), ConsoleFolder.Files(anew).Order(StringComparer.Ordinal));
        foreach (var file in ConsoleFolder.Files(Built))
        {
            var (there, built) = (await ReadAsync(Built, file), await ReadAsync(anew, file));
            Assert.True(there.SequenceEqual(built), $"{file} is not what the source builds: npm ci && npm run build, in console/.");
        }
    }

    [Fact]
    public async Task Its_types_are_right()
    {
        using var folder = await ConsoleFolder.OfSourceAsync();

        await folder.NodeAsync(["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]);
    }

    [Fact]
    public async Task All_of_it_without_the_viewer_of_models_is_small()
    {
        var sizes = new Dictionary<string, long>();
        foreach (var file in ConsoleFolder.Files(Built).Where(f => !Path.GetFileName(f).StartsWith("viewer-", StringComparison.Ordinal)))
        {
            sizes[file] = Compressed(await ReadAsync(Built, file));
        }

        Assert.Contains(ConsoleFolder.Files(Built), f => Path.GetFileName(f).StartsWith("viewer-", StringComparison.Ordinal));
        Assert.True(sizes.Values.Sum() <= MaxBytes,
            $"{sizes.Values.Sum()} bytes: {string.Join(", ", sizes.OrderByDescending(s => s.Value).Take(5))}");
    }

    [Fact]
    public async Task Nothing_in_it_makes_elements_of_text()
    {
        foreach (var file in ConsoleFolder.Files(Path.Combine(Source, "src")))
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Source, "src", file), Cancellation);

            Assert.False(MakesElements().IsMatch(text), $"{file}: {MakesElements().Match(text).Value}");
        }
    }

    [Fact]
    public async Task The_page_needs_nothing_of_other_places_and_nothing_inline()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Built, "index.html"), Cancellation);

        Assert.DoesNotMatch("(?i)<style|style=|<script(?![^>]*src=)|on[a-z]+=|(src|href)=\"(https?:)?//", page);
        Assert.Contains("<base href=\"/console/\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_licences_of_all_that_is_in_it_are_beside_it()
    {
        var notice = await File.ReadAllTextAsync(Path.Combine(Built, "NOTICE"), Cancellation);

        Assert.All(["preact ", "uplot ", "photoswipe ", "three "], name => Assert.Contains($"\n{name}", notice, StringComparison.Ordinal));
    }

    private static Task<byte[]> ReadAsync(string folder, string file) => File.ReadAllBytesAsync(Path.Combine(folder, file), Cancellation);

    private static long Compressed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.Length;
    }

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function\(|\bstyle=""|<style")]
    private static partial Regex MakesElements();
}
