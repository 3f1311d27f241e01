namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>What puts files on disk. Tests look at the order.</summary>
internal class Disk
{
    public virtual void Flush(FileStream file) => file.Flush(flushToDisk: true);

    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void FlushFolder(string folder) => DirectorySync.Flush(folder);
}
