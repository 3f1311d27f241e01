namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>Where a process keeps its own data, and how much of it.</summary>
/// <param name="Folder">An absolute path. One process owns it.</param>
public sealed record EmbeddedOptions(string Folder)
{
    /// <summary>The most bytes that documents and files may take together; <see langword="null"/> where the disk decides.</summary>
    public long? MaxBytes { get; init; }
}
