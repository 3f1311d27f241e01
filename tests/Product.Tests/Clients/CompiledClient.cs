using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>A generated client, compiled with a program that uses it.</summary>
internal sealed class CompiledClient(MethodInfo run)
{
    /// <param name="program">A class Generated.Program with <c>RunAsync(HttpClient, server)</c>.</param>
    public static CompiledClient Of(IEnumerable<string> generated, string program)
    {
        var options = new CSharpParseOptions(preprocessorSymbols: ["NETCOREAPP3_1_OR_GREATER", "NET5_0_OR_GREATER"]);
        var compiled = CompiledCode.Of(generated.Append($"namespace Generated;\n{program}"), options, NullableContextOptions.Annotations);
        return new(compiled.GetType("Generated.Program", throwOnError: true)!.GetMethod("RunAsync")!); // It is in the program.
    }

    // As the program says.
    public Task<string> InvokeAsync(HttpClient http, string server) => (Task<string>)run.Invoke(null, [http, server])!;
}
