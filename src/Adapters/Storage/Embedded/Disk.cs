namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>What puts files and folders on disk. Tests look at the order.</summary>
internal class Disk
{
    private static readonly Lock Making = new();

    public virtual void Flush(FileStream file) => file.Flush(flushToDisk: true);

    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void FlushFolder(string folder) => DirectorySync.Flush(folder);

    /// <summary>Makes a folder unless it is there. Who finds it may rely on it: it is on disk.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder that it is to lie in is not there, or not any more.</exception>
    public void MakeFolder(string folder)
    {
        // Whoever comes second waits until the first has flushed.
        lock (Making)
        {
            if (Directory.Exists(folder))
            {
                return;
            }

            var above = Path.GetDirectoryName(folder)!; // No folder of ours is a root.
            if (!Directory.Exists(above))
            {
                throw new DirectoryNotFoundException($"{above} is not there.");
            }

            Directory.CreateDirectory(folder);
            FlushFolder(above);
        }
    }
}
