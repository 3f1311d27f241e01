namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>A file that is being written; unless it is finished, nothing of it stays.</summary>
internal sealed class UnfinishedFile(string name, string partPath, string path) : IAsyncDisposable
{
    private readonly FileStream content = new(partPath,
        new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });

    private bool isFinished;

    public string Name => name;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        content.WriteAsync(bytes, cancellationToken);

    /// <summary>Puts it on disk, under its name.</summary>
    public async Task FinishAsync()
    {
        // Flushing has no asynchronous form that reaches the disk.
        await Task.Run(() => content.Flush(flushToDisk: true));
        await content.DisposeAsync();
        File.Move(partPath, path);
        isFinished = true;
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }

    public async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        if (!isFinished)
        {
            File.Delete(partPath);
        }
    }
}
