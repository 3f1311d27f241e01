namespace ComfyFunc.Tests.Azurite;

/// <summary>A file that one process holds at a time; the system lets go of it when that process dies, however it dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <returns>The held lock, or <see langword="null"/> when another holder kept it for the whole <paramref name="patience"/>.</returns>
    public static async Task<IDisposable?> TakeAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!); // A full path to a file has a folder.
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < patience)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
