namespace ComfyFunc.ComfySim.Http;

/// <summary>The files of a user: which of them a path names, and what is told of each.</summary>
/// <param name="isNew">Whether times are whole milliseconds, as newer releases write them.</param>
internal sealed class UserFiles(string root, bool isNew)
{
    /// <summary>The file that a segment of the address names; its folder is made, as ComfyUI makes it.</summary>
    /// <param name="name">Decoded once; where a percent sign is left it is decoded once more.</param>
    /// <returns><see langword="null"/> when it is outside the user's folder.</returns>
    public string? PathOf(string name, bool makesFolder = true)
    {
        var decoded = name.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(name) : name;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, decoded)));
        if (!SimFolders.IsInside(root, path))
        {
            return null;
        }

        if (makesFolder)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // The user's folder is no root.
        }

        return path;
    }

    public object Shown(string path, bool isFull) => isFull ? Info(path, root) : Relative(path, root);

    public PyDict Info(string path, string relativeTo)
    {
        var file = new FileInfo(path);
        object time = isNew ? (long)Math.Floor(Seconds(file.LastWriteTimeUtc) * 1000) : (object)Seconds(file.LastWriteTimeUtc);
        return new()
        {
            ["path"] = Relative(path, relativeTo),
            ["size"] = file.Length,
            ["modified"] = time,
            ["created"] = time,
        };
    }

    /// <summary>All that lies in a folder, folders first, each by its name: what the second listing tells.</summary>
    public PyList Tree(string folder) => new(
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(e => e is FileInfo).ThenBy(e => e.Name.ToLowerInvariant(), StringComparer.Ordinal)
            .ThenBy(e => e.FullName, StringComparer.Ordinal).Select(Entry));

    public static string Relative(string path, string to) => Path.GetRelativePath(to, path).Replace(Path.DirectorySeparatorChar, '/');

    private PyDict Entry(FileSystemInfo entry)
    {
        var told = new PyDict { ["name"] = entry.Name, ["path"] = Relative(entry.FullName, root) };
        if (entry is FileInfo file)
        {
            (told["type"], told["size"], told["modified"]) = ("file", file.Length, Seconds(file.LastWriteTimeUtc));
        }
        else
        {
            told["type"] = "directory";
        }

        return told;
    }

    private static double Seconds(DateTime utc) => (utc - DateTime.UnixEpoch).TotalSeconds;
}
