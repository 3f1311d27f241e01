using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Clients;

/// <summary>
/// A folder with a description, the files of TypeScript/ and the tools that package-lock.json pins: what somebody has who generates a
/// client.
/// </summary>
internal sealed class NodeFolder : IDisposable
{
    private static readonly string Source = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Clients", "TypeScript");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<NodeFolder> CreateAsync(string document)
    {
        var made = new NodeFolder();
        var tools = await NpmInstall.EnsureAsync("clients", Source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        Directory.CreateSymbolicLink(made.At("node_modules"), Path.Combine(tools, "node_modules"));
        foreach (var file in Directory.EnumerateFiles(Source).Where(f => Path.GetFileName(f) is not "package-lock.json"))
        {
            File.Copy(file, made.At(Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(made.At("node.d.ts"), "declare const process: { argv: string[] };", Cancellation);
        await File.WriteAllTextAsync(made.At("openapi.json"), document, Cancellation);
        return made;
    }

    public Task TypeCheckAsync(string file) =>
        RunAsync("typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--lib",
            "es2022,dom", file, "node.d.ts");

    /// <summary>Runs a tool with Node, which has to succeed.</summary>
    /// <param name="tool">Below node_modules.</param>
    public Task<string> RunAsync(string tool, params string[] arguments) => NodeAsync([Path.Combine("node_modules", tool), .. arguments]);

    /// <returns>What it said.</returns>
    public Task<string> NodeAsync(params string[] arguments) =>
        Tool.RunAsync("node", folder.FullName, arguments, ("REDOCLY_TELEMETRY", "off"), ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"));

    public void Dispose() => folder.Dispose();

    private string At(string file) => Path.Combine(folder.FullName, file);
}
