using System.Diagnostics;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Acceptance;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Clients;

/// <summary>What openapi-typescript makes of the live description type-checks and calls a workflow.</summary>
[Collection(nameof(AppCollection))]
public class TypeScriptClientTests(AppFixture app)
{
    private static readonly string Source = Path.Combine(TestFolders.Root, "tests", "Clients", "TypeScript");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_by_openapi_typescript_compiles_and_runs_a_workflow()
    {
        await app.Http.SaveAsync(ClientWorkflow.Name, Acceptance.Prompts.Picture);
        await app.Http.SaveAsync("names of all kinds", Acceptance.Prompts.Picture.Replace("[my image]", """[50% off; it's \"so\" \\ 🎨]""", StringComparison.Ordinal));
        var tools = await NpmInstall.EnsureAsync("clients", Source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "node_modules"), Path.Combine(tools, "node_modules"));
        File.Copy(Path.Combine(Source, "client.ts"), Path.Combine(folder.FullName, "client.ts"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "node.d.ts"), "declare const process: { argv: string[] };", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "openapi.json"), await app.Http.GetStringAsync(new Uri("openapi.json", UriKind.Relative), Cancellation), Cancellation);

        await NodeAsync(folder.FullName, "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--default-non-nullable", "false", "-o", "comfyfunc.ts");
        await NodeAsync(folder.FullName, "node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--lib", "es2022,dom", "client.ts", "node.d.ts");
        var said = await NodeAsync(folder.FullName, "client.js", app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority));

        Assert.Equal(["succeeded image 128", "invalid_input /my samplr"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<string> NodeAsync(string folder, params string[] arguments)
    {
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!; // No shell, so there is a process.
        var errors = node.StandardError.ReadToEndAsync(Cancellation);
        var said = await node.StandardOutput.ReadToEndAsync(Cancellation);
        await node.WaitForExitAsync(Cancellation);
        Assert.True(node.ExitCode == 0, $"{arguments[0]} failed: {said} {await errors}");
        return said;
    }
}
