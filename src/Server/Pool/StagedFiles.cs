using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Server.Pool;

/// <summary>Finds the staged files that a host says it does not have.</summary>
internal static class StagedFiles
{
    /// <param name="staged">The names on the host of what was staged there.</param>
    /// <returns>Those that the host does not have.</returns>
    public static string[] In(IEnumerable<NodeError> nodes, IEnumerable<string> staged)
    {
        var said = nodes.SelectMany(n => n.Errors).Select(e => $"{e.Message} {e.Details}").ToArray();
        return [.. staged.Distinct(StringComparer.Ordinal)
            .Where(name =>
                said.Any(s => s.Contains(name, StringComparison.Ordinal)
                    || s.Contains(name.Replace('/', '\\'), StringComparison.Ordinal)))];
    }
}
