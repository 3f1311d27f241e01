namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>A folder that this process alone uses, until it is disposed. The system gives it back even after a kill.</summary>
internal sealed class FolderClaim : IDisposable
{
    public const string FileName = "in-use";

    private readonly FileStream mark;

    private FolderClaim(FileStream mark) => this.mark = mark;

    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="FolderInUseException">Another process has it.</exception>
    /// <exception cref="StorageUnavailableException">It cannot be written.</exception>
    public static FolderClaim Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new FolderInUseException($"Another process uses the folder {folder}.", e);
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            throw StoreFailure.Of(e);
        }
    }

    public void Dispose() => mark.Dispose();
}
