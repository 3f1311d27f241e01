namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>A folder that this process alone uses, until it is disposed. The system gives it back even after a kill.</summary>
internal sealed class FolderClaim : IDisposable
{
    public const string FileName = "in-use";

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows. Else the folder is what is wrong: it may be read-only.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream mark;

    private FolderClaim(FileStream mark) => this.mark = mark;

    /// <summary>Makes the folder where there is none.</summary>
    /// <param name="disk">Its own unless somebody looks on.</param>
    /// <exception cref="FolderInUseException">Another process has it.</exception>
    /// <exception cref="StorageUnavailableException">It cannot be written.</exception>
    public static FolderClaim Take(string folder, Disk? disk = null)
    {
        try
        {
            Make(Path.TrimEndingDirectorySeparator(folder), disk ?? new Disk());
            return new(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (Held.Contains(e.HResult))
        {
            throw new FolderInUseException($"Another process uses the folder {folder}.", e);
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            throw StoreFailure.Of(e);
        }
    }

    public void Dispose() => mark.Dispose();

    // A folder is lost with those above it.
    private static void Make(string folder, Disk disk)
    {
        if (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
        {
            Make(above, disk);
            disk.MakeFolder(folder);
        }
    }
}
