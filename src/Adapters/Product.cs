using System.Reflection;

namespace ComfyFunc.Adapters;

/// <summary>What this program calls itself, wherever it says so.</summary>
public static class Product
{
    public const string Name = "ComfyFunc";

    /// <summary>The release, such as <c>1.2.3</c>; the build has it from Directory.Build.props.</summary>
    // Every build writes it.
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>How it introduces itself to other servers.</summary>
    public static string UserAgent { get; } = $"{Name}/{Version}";
}
