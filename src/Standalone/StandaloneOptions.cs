namespace ComfyFunc.Standalone;

/// <summary>The settings that only this host has. They have no section: <c>--Data folder</c>.</summary>
public sealed class StandaloneOptions
{
    public const string DefaultUrl = "http://localhost:7071";

    /// <summary>Where it listens; several with <c>;</c> between them.</summary>
    public string Urls { get; init; } = DefaultUrl;

    /// <summary>The data of its own Azurite.</summary>
    public string Data { get; init; } = ".data";

    /// <summary>Where that Azurite is installed.</summary>
    public string Tools { get; init; } = ".tools";

    /// <summary>Allows an address that other machines can reach, though calls need no key.</summary>
    public bool AllowAnonymous { get; init; }
}
