namespace ComfyFunc.Server.Kit;

/// <summary>Bounds how often a row is read, changed and written anew because somebody else was faster.</summary>
internal sealed class WriteTries(string row)
{
    // Each try that is lost was won by another: this many writers at once are more than any row has.
    public const int Most = 100;

    private int lost;

    /// <summary>Somebody else was faster.</summary>
    /// <exception cref="RowContendedException">It was the last try.</exception>
    public void Lost()
    {
        if (++lost == Most)
        {
            throw new RowContendedException($"Others were faster {Most} times to write {row}.");
        }
    }
}

/// <summary>A row could not be written, since others wrote it again and again.</summary>
public sealed class RowContendedException(string message) : Exception(message);
