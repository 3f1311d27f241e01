using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Upkeep;

/// <summary>Finds out whether storage serves, sooner than a caller would: it is read each time, and now and then written.</summary>
public sealed class StorageProbe(HostStore hosts, IBlobStore blobs, TimeProvider clock)
{
    // Whoever asks whether the service is ready waits for two seconds at most.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.8);
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(10);

    // A few pages, as a run takes.
    private const int ProbeBytes = 16 * 1024;

    private readonly Lock beginning = new();
    private DateTimeOffset writtenAt = DateTimeOffset.MinValue;
    private Task writing = Task.CompletedTask;

    /// <returns>What is wrong, in words that give nothing away; <see langword="null"/> where storage serves.</returns>
    public async Task<string?> TroubleAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await CheckAsync(either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (StorageFullException)
        {
            return "Storage is full.";
        }
        catch (StorageRefusedException)
        {
            return "Storage refuses what is asked of it.";
        }
        catch (StorageUnavailableException)
        {
            return "Storage does not answer.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "Storage does not answer in time.";
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        await hosts.RefreshAsync(cancellationToken);
        Task awaited;
        lock (beginning)
        {
            // One that hangs is not over because whoever began it has gone.
            awaited = writing = !writing.IsCompleted || clock.GetUtcNow() - writtenAt < WriteInterval ? writing : WriteAsync();
        }

        await awaited.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync()
    {
        // What is full can still be read, and says so only to who writes: what is not there yet, since what replaces something finds the
        // room of that.
        await blobs.PutBytesAsync("ready/probe", new byte[ProbeBytes], "application/octet-stream", CancellationToken.None);
        await blobs.DeleteAsync("ready/probe", CancellationToken.None);
        writtenAt = clock.GetUtcNow();
    }
}
