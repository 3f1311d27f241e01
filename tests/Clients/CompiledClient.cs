using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>A generated client, compiled with a program that uses it.</summary>
internal sealed class CompiledClient(MethodInfo run)
{
    /// <param name="program">A class Generated.Program with <c>RunAsync(HttpClient, server)</c>.</param>
    public static CompiledClient Of(IEnumerable<string> generated, string program)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        var options = new CSharpParseOptions(preprocessorSymbols: ["NETCOREAPP3_1_OR_GREATER", "NET5_0_OR_GREATER"]);
        var compilation = CSharpCompilation.Create(
            "GeneratedClient",
            generated.Append($"namespace Generated;\n{program}").Select(source => CSharpSyntaxTree.ParseText(source, options)),
            references,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Annotations));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return new(new AssemblyLoadContext("generated", isCollectible: true).LoadFromStream(image).GetType("Generated.Program", throwOnError: true)!.GetMethod("RunAsync")!); // It is in the program.
    }

    public Task<string> InvokeAsync(HttpClient http, string server) => (Task<string>)run.Invoke(null, [http, server])!; // As the program says.
}
