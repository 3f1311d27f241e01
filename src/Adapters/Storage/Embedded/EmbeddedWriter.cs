using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// The one thread that writes. It takes what has gathered, carries it out as one transaction, and answers when that is committed: many
/// writers share one flush of the disk.
/// </summary>
internal sealed class EmbeddedWriter : IDisposable
{
    private const int LargestGroup = 256;

    [ThreadStatic]
    private static Gathering? gathering;

    private readonly BlockingCollection<PendingWrite[]> pending = [];
    private readonly SqliteSession session;
    private readonly StorageReserve reserve;
    private readonly StorageMeter meter;
    private readonly DiskWork work;
    private readonly Thread thread;

    private long busySince; // 0 while it is not.
    private bool isEnded;

    /// <param name="session">This writer's from now on.</param>
    public EmbeddedWriter(SqliteSession session, StorageReserve reserve, StorageMeter meter, DiskWork work)
    {
        (this.session, this.reserve, this.meter, this.work) = (session, reserve, meter, work);
        reserve.Begin(session);
        thread = new Thread(Work) { IsBackground = true, Name = "Embedded store" };
        thread.Start();
    }

    public async Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Hangs)
        {
            throw work.Hangs(); // Nothing gathers meanwhile.
        }

        var one = new PendingWrite(s => write(s));
        if (gathering?.Writer == this)
        {
            gathering.Writes.Add(one);
        }
        else
        {
            Add([one]);
        }

        return (T)(await one.Done.Task)!;
    }

    /// <summary>What this thread writes until the answer is disposed of comes as one.</summary>
    public IDisposable Gather() => gathering = new Gathering(this);

    /// <summary>Ends when everything that was asked for is written, or the disk hangs.</summary>
    public void Dispose() => TryEnd(DiskWork.Patience);

    /// <returns><see langword="false"/> when something is being written yet.</returns>
    public bool TryEnd(TimeSpan patience)
    {
        if (!isEnded)
        {
            pending.CompleteAdding();
            if (!thread.Join(patience))
            {
                return false;
            }

            session.Dispose();
            pending.Dispose();
            isEnded = true;
        }

        return true;
    }

    private bool Hangs => Interlocked.Read(ref busySince) is not 0 and var since
        && work.Clock.GetElapsedTime(since) >= DiskWork.Patience;

    private void Add(PendingWrite[] writes)
    {
        try
        {
            pending.Add(writes, CancellationToken.None);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            Array.ForEach(writes, one => one.Done.SetException(new StorageUnavailableException("The data folder is closed.", e)));
        }
    }

    private void Work()
    {
        var group = new List<PendingWrite>();
        foreach (var first in pending.GetConsumingEnumerable())
        {
            Interlocked.Exchange(ref busySince, work.Clock.GetTimestamp());
            group.Clear();
            group.AddRange(first);
            while (group.Count < LargestGroup && pending.TryTake(out var next))
            {
                group.AddRange(next);
            }

            reserve.TryRegain(session);
            if (Commit(group) is { } failure)
            {
                CommitEach(group, failure);
            }

            Interlocked.Exchange(ref busySince, 0);
        }
    }

    // One that cannot be carried out keeps no other from it.
    private void CommitEach(List<PendingWrite> group, Exception failure)
    {
        foreach (var one in group)
        {
            if ((group.Count == 1 || failure is NotBegunException ? failure : Commit([one])) is { } why
                && (why is not StorageFullException || !reserve.TryGiveBack(session) || (why = Commit([one])) is not null))
            {
                if (why is StorageUnavailableException)
                {
                    meter.Fault();
                }

                one.Done.SetException(why);
            }
        }
    }

    /// <returns>Why it was not carried out.</returns>
    private Exception? Commit(List<PendingWrite> group)
    {
        var results = new object?[group.Count];
        try
        {
            Begin();
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = group[i].Carry(session);
            }

            session.Run("COMMIT");
        }
        catch (Exception e)
        {
            RollBack();
            return StoreFailure.IsKnown(e) ? StoreFailure.Of(e) : e;
        }

        for (var i = 0; i < results.Length; i++)
        {
            group[i].Done.SetResult(results[i]);
        }

        return null;
    }

    private void Begin()
    {
        if (session.HasMoved)
        {
            throw new NotBegunException("The data folder's database has been moved or deleted while it is in use.", null);
        }

        try
        {
            session.Run("BEGIN IMMEDIATE");
        }
        catch (SqliteException e)
        {
            throw new NotBegunException($"The data folder cannot be written: {e.Message}", e);
        }
    }

    // A full disk ends the transaction by itself.
    private void RollBack()
    {
        try
        {
            session.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is none any more.
        }
    }

    private sealed class Gathering(EmbeddedWriter writer) : IDisposable
    {
        public EmbeddedWriter Writer => writer;

        public List<PendingWrite> Writes { get; } = [];

        public void Dispose()
        {
            gathering = null;
            if (Writes.Count > 0)
            {
                writer.Add([.. Writes]);
            }
        }
    }

    /// <summary>No write is at fault: to try each by itself would wait for each.</summary>
    private sealed class NotBegunException(string message, Exception? innerException)
        : StorageUnavailableException(message, innerException);

    /// <param name="Carry">What is to be done within the transaction.</param>
    private sealed record PendingWrite(Func<SqliteSession, object?> Carry)
    {
        // Whoever waits goes on elsewhere: this thread only writes.
        public TaskCompletionSource<object?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
