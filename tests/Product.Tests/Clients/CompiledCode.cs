using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>C# that a document shows or a generator made, as the compiler takes it.</summary>
internal static class CompiledCode
{
    public static Assembly Of(string code) => Of([code], CSharpParseOptions.Default, NullableContextOptions.Enable);

    public static Assembly Of(IEnumerable<string> sources, CSharpParseOptions options, NullableContextOptions nullable)
    {
        // The host sets it.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create(
            Guid.NewGuid().ToString("N"), sources.Select(s => CSharpSyntaxTree.ParseText(s, options)), references,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: nullable));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        return new AssemblyLoadContext("compiled", isCollectible: true).LoadFromStream(image);
    }
}
