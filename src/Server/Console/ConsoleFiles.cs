using System.Collections.Frozen;

namespace ComfyFunc.Server.Console;

/// <summary>The files of the console, as <c>console/</c> builds them: they are in this assembly, so that no host has to find them.</summary>
internal static class ConsoleFiles
{
    /// <summary>What every deep link is answered with.</summary>
    public const string Page = "index.html";

    /// <summary>Where the files are whose names change with what they hold.</summary>
    public const string Assets = "assets/";

    private const string Prefix = "console/";

    /// <summary>By their paths below <c>/console/</c>.</summary>
    public static FrozenDictionary<string, ConsoleFile> All { get; } = typeof(ConsoleFiles).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(n => n[Prefix.Length..].Replace('\\', '/'), n => ConsoleFile.Of(n, Read(n)), StringComparer.Ordinal);

    private static byte[] Read(string resource)
    {
        using var stream = typeof(ConsoleFiles).Assembly.GetManifestResourceStream(resource)!; // It has just been named.
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
