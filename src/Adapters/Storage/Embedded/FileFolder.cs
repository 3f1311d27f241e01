using System.Buffers;

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

    private const int ShortestName = 16;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdef");
    private static readonly EnumerationOptions WhatCanBeRead = new() { IgnoreInaccessible = true, AttributesToSkip = 0 };

    private readonly Disk disk = disk ?? new Disk();

    // What this process's files end in, so that none of them is taken for what an earlier one left. Times would not tell: a file system's
    // clock is coarser than the process's.
    private readonly string session = Guid.NewGuid().ToString("N")[..8];

    /// <summary>No file has it, and none has had it.</summary>
    public string NewName() => $"{Guid.NewGuid():N}{session}";

    /// <summary>Makes itself ready: an earlier process may have made folders, and been killed before they were on disk.</summary>
    public void Begin()
    {
        disk.MakeFolder(root);
        disk.FlushFolder(root);
    }

    /// <summary>Begins a file of that name.</summary>
    public LastingFile Create(string name)
    {
        var path = PathOf(name);
        disk.MakeFolder(root);
        disk.MakeFolder(Path.GetDirectoryName(path)!); // Under the root.
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

    /// <summary>
    /// The files of earlier processes, as names and paths: what one that died left half done is among them. What somebody else put there is
    /// not.
    /// </summary>
    public IEnumerable<(string Name, string Path)> FromEarlier() =>
        Directory.Exists(root)
            ? new DirectoryInfo(root).EnumerateDirectories("??", WhatCanBeRead).SelectMany(d => d.EnumerateFiles("*", WhatCanBeRead))
                .Where(IsEarlier).Select(f => (f.Name, f.FullName))
            : [];

    private bool IsEarlier(FileInfo file) =>
        (file.Extension is "" or LastingFile.Unfinished)
        && Path.GetFileNameWithoutExtension(file.Name) is { Length: >= ShortestName } name
        && name.AsSpan().ContainsAnyExcept(NameCharacters) is false
        && name.StartsWith(file.Directory!.Name, StringComparison.Ordinal) // It was found in one.
        && !name.EndsWith(session, StringComparison.Ordinal);

    // Folders of a few hundred files each, since some systems slow down with more.
    private string PathOf(string name) => Path.Combine(root, name[..2], name);
}
