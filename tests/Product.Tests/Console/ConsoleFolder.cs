using ComfyFunc.Tests.Azurite;
using ComfyFunc.Tests.Clients;
using Microsoft.Extensions.Logging.Abstractions;

// Not by the folder's name alone: it would hide System.Console.
namespace ComfyFunc.Tests.ConsolePages;

/// <summary>A copy of a folder of the console's, with the Node packages that its lock file pins.</summary>
internal sealed class ConsoleFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private ConsoleFolder() { }

    public string FullName => folder.FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The console's tests.</summary>
    public static Task<ConsoleFolder> OfTestsAsync() => CreateAsync("console-tests", Path.Combine(TestFolders.Root, "tests", "Console"));

    /// <summary>The console's source.</summary>
    public static Task<ConsoleFolder> OfSourceAsync() => CreateAsync("console", Path.Combine(TestFolders.Root, "console"));

    public Task<string> NodeAsync(IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        Tool.RunAsync("node", folder.FullName, arguments, environment);

    public void Dispose() => folder.Dispose();

    private static async Task<ConsoleFolder> CreateAsync(string name, string source)
    {
        var tools = await NpmInstall.EnsureAsync(name, source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        var made = new ConsoleFolder();
        foreach (var file in Files(source).Where(f => Path.GetDirectoryName(f)!.Split(Path.DirectorySeparatorChar)[0] is not "dist"))
        {
            var copy = Path.Combine(made.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!); // It is below a folder.
            File.Copy(Path.Combine(source, file), copy);
        }

        Directory.CreateSymbolicLink(Path.Combine(made.FullName, "node_modules"), Path.Combine(tools, "node_modules"));
        return made;
    }

    /// <summary>The files of a folder by their paths in it, without the packages.</summary>
    public static IEnumerable<string> Files(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        let path = Path.GetRelativePath(folder, file)
        where !path.Split(Path.DirectorySeparatorChar).Contains("node_modules")
        select path;
}
