using System.Runtime.CompilerServices;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>A theory over a corpus that lies outside of the project. Where there is none it is not run, and the runner says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Explicit = Root is null;

    public static string? Root { get; } = Environment.GetEnvironmentVariable("COMFYFUNC_CORPUS") is { Length: > 0 } root ? root : null;
}
