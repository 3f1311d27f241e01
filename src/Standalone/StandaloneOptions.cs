using System.ComponentModel.DataAnnotations;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Standalone;

/// <summary>The settings that only this host has. They have no section: <c>--Data folder</c>.</summary>
public sealed class StandaloneOptions
{
    public const string DefaultUrl = PublicAddress.Default;

    /// <summary>Where it listens; several with <c>;</c> between them.</summary>
    public string Urls { get; init; } = DefaultUrl;

    /// <summary>The folder of the embedded store, where no <c>Storage</c> is configured.</summary>
    public string Data { get; init; } = ".data";

    /// <summary>The most bytes that the store may take; unset, the disk decides.</summary>
    [Range(16_777_216, 1_000_000_000_000_000)]
    public long? MaxDataBytes { get; init; }

    /// <summary>Allows an address that other machines can reach, though calls need no key.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Whether Prometheus may scrape <c>/metrics</c>.</summary>
    public bool Metrics { get; init; }
}
