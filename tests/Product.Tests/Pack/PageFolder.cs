using ComfyFunc.Tests.Azurite;
using ComfyFunc.Tests.Clients;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Pack;

/// <summary>The pack's page and its tests, with the Node packages that they need.</summary>
internal sealed class PageFolder : IDisposable
{
    private static readonly string Source = Path.Combine(TestFolders.Root, "tests", "Pack", "page");
    private static readonly string Page = Path.Combine(TestFolders.Root, "comfyui", "js");

    private readonly TemporaryFolder folder = new();

    private PageFolder() { }

    /// <summary>The first browser of its kind on the PATH.</summary>
    public static string? Chromium { get; } =
        (from name in (string[])["chromium", "chromium-browser", "google-chrome"]
         from place in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         let file = Path.Combine(place, name)
         where File.Exists(file)
         select file).FirstOrDefault();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As in the repository: the tests find the page beside themselves.
    private string Tests => Path.Combine(folder.FullName, "tests", "Pack", "page");

    public static async Task<PageFolder> CreateAsync()
    {
        var made = new PageFolder();
        var tools = await NpmInstall.EnsureAsync("page", Source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        Copy(Source, made.Tests);
        Copy(Page, Path.Combine(made.folder.FullName, "comfyui", "js"));
        Directory.CreateSymbolicLink(Path.Combine(made.Tests, "node_modules"), Path.Combine(tools, "node_modules"));
        return made;
    }

    public Task<string> NodeAsync(params string[] arguments) => Tool.RunAsync("node", Tests, arguments, ("CHROMIUM", Chromium ?? ""));

    public void Dispose() => folder.Dispose();

    private static void Copy(string from, string to)
    {
        var separator = Path.DirectorySeparatorChar;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{separator}node_modules{separator}", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!); // It is below a folder.
            File.Copy(file, copy);
        }
    }
}
