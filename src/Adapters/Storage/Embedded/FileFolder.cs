namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// Where long files lie, each under a name that is never used again. One appears whole: it is written beside, flushed, then renamed.
/// </summary>
/// <param name="root">An absolute path.</param>
/// <param name="disk">Its own unless somebody looks on.</param>
internal sealed class FileFolder(string root, Disk? disk = null)
{
    /// <summary>Its place in a data folder.</summary>
    public const string FolderName = "files";

    private readonly Disk disk = disk ?? new Disk();

    // What this process's files end in, so that none of them is taken for what an earlier one left. Times would not tell: a file system's
    // clock is coarser than the process's.
    private readonly string session = Guid.NewGuid().ToString("N")[..8];

    /// <summary>No file has it, and none has had it.</summary>
    public string NewName() => $"{Guid.NewGuid():N}{session}";

    /// <summary>Begins a file of that name.</summary>
    public LastingFile Create(string name)
    {
        var path = PathOf(name);
        Ensure(root);
        Ensure(Path.GetDirectoryName(path)!); // Under the root.
        return new LastingFile(path, disk);
    }

    public bool Has(string name, long bytes) => new FileInfo(PathOf(name)) is { Exists: true, Length: var length } && length == bytes;

    /// <returns><see langword="null"/> when it is gone.</returns>
    public FileStream? Open(string name)
    {
        try
        {
            return new FileStream(PathOf(name),
                new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous, BufferSize = 0 });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Best effort: one that stays is found at the next start.</summary>
    public void Delete(string name) => TryDelete(PathOf(name));

    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody names it any more.
        }
    }

    /// <summary>The files of earlier processes, as names and paths: what one that died left half done is among them.</summary>
    public IEnumerable<(string Name, string Path)> FromEarlier() =>
        Directory.Exists(root)
            ? new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(f => !Path.GetFileNameWithoutExtension(f.Name).EndsWith(session, StringComparison.Ordinal))
                .Select(f => (f.Name, f.FullName))
            : [];

    private void Ensure(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            disk.FlushFolder(Path.GetDirectoryName(folder)!); // No folder of ours is a root.
        }
    }

    // Folders of a few hundred files each, since some systems slow down with more.
    private string PathOf(string name) => Path.Combine(root, name[..2], name);
}
