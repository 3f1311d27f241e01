using System.Collections.Immutable;

namespace ComfyFunc.Standalone;

/// <summary>The process must not start like this; its lines say to its operator what to change.</summary>
public sealed class StartRefusedException(params ImmutableArray<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    public ImmutableArray<string> Lines => lines;
}
