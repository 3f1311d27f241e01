namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// A file that appears under its name when it is whole and on disk: it is written beside, flushed, then renamed, and so is its folder. One
/// that is not finished lies beside until it is removed.
/// </summary>
internal sealed class LastingFile : IDisposable
{
    public const string Unfinished = ".part";

    private readonly string path;
    private readonly Disk disk;

    /// <param name="path">Nothing that anybody needs lies there, nor beside it.</param>
    public LastingFile(string path, Disk disk)
    {
        (this.path, this.disk) = (path, disk);
        Content = new(path + Unfinished,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            });
    }

    public FileStream Content { get; }

    /// <summary>What is written so far is on disk.</summary>
    public void Flush() => disk.Flush(Content);

    public void Finish()
    {
        Flush();
        Content.Dispose();
        disk.Rename(path + Unfinished, path);
        disk.FlushFolder(Path.GetDirectoryName(path)!); // It lies in a folder.
    }

    /// <summary>Removes it, finished or not.</summary>
    public void Remove()
    {
        Content.Dispose();
        FileFolder.TryDelete(path + Unfinished);
        FileFolder.TryDelete(path);
    }

    public void Dispose() => Content.Dispose();
}
