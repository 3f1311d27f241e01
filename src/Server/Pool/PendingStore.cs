using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// The central queue: runs that found no free slot, each with what it needs. What this process adds and takes it knows at once; what others
/// did it reads a page at a time, so that a long queue costs no more reads a second than a short one.
/// </summary>
public sealed class PendingStore(IDocumentTables tables, RunPlaces places, TimeProvider clock) : IDisposable
{
    // Of the pause, behind all seconds. Of all that waits where runs lie by days.
    private const string Partition = "pending";

    // A run is put here soon after its call has come, which its id tells.
    private static readonly TimeSpan NewestFor = TimeSpan.FromSeconds(10);

    private readonly IDocumentTable table = tables["pending"];
    private readonly SemaphoreSlim reading = new(1);
    private readonly Lock gate = new();
    private readonly Dictionary<RunId, string> tags = [];
    private readonly HashSet<RunId> touched = [];
    private volatile WaitingQueue known = WaitingQueue.Empty;
    private volatile QueuePause? pause;
    private int pauseChanges;
    private string? from;
    private bool isComplete;

    /// <summary>The queue as this process last saw it. Runs that are about to be placed step behind it.</summary>
    public WaitingQueue Known => known;

    /// <summary>Whether somebody else has taken a run that stood here: others may have gone too.</summary>
    public bool IsDoubted { get; private set; }

    /// <summary>Since when nobody gets a slot; <see langword="null"/> while the queue moves. As fresh as the last look at it.</summary>
    public DateTimeOffset? PausedAt => pause?.At;

    /// <summary>When the queue was last read.</summary>
    public DateTimeOffset ReadAt { get; private set; }

    /// <summary>
    /// How many runs wait before this one, as far as priority and age decide; <see langword="null"/> when it is not in the queue.
    /// </summary>
    public int? PositionOf(RunId id) => known.PositionOf(id);

    public async Task AddAsync(WaitingRun run, CancellationToken cancellationToken)
    {
        var partition = await PartitionOfAsync(run.Run.Value, cancellationToken);
        var reply = await table.UpsertAsync(new Document(partition, run.Run.Value, StoredJson.Write(run)), cancellationToken);
        lock (gate)
        {
            touched.Add(run.Run);
            Put(run, reply is WriteReply.Written written ? written.ETag : "");
        }
    }

    /// <returns><see langword="false"/> when somebody else has taken the run out already.</returns>
    public async Task<bool> TakeAsync(RunId id, CancellationToken cancellationToken)
    {
        var partition = await PartitionOfAsync(id.Value, cancellationToken);
        string? tag;
        bool wasKnown;
        lock (gate)
        {
            wasKnown = tags.TryGetValue(id, out tag);
            Forget(id);
        }

        // With its tag a row goes without being read first. One that was put back meanwhile is of another version, and goes as well.
        var isTaken = (tag is { Length: > 0 } && await table.DeleteAsync(partition, id.Value, tag, cancellationToken))
            || await table.DeleteAsync(partition, id.Value, etag: null, cancellationToken);
        lock (gate)
        {
            Forget(id);
            if (wasKnown && !isTaken)
            {
                (from, IsDoubted) = (id.Value, true); // Those that came next have probably gone too.
            }
        }

        return isTaken;
    }

    /// <summary>
    /// Reads the queue wholly the first time. After that, the next page of it and what is newest: all of a queue that fits a page.
    /// </summary>
    public async Task<WaitingQueue> RefreshAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            IsDoubted = false;
            ReadAt = clock.GetUtcNow();
            do
            {
                await ReadOnAsync(cancellationToken);
            }
            while (!isComplete && from is not null);

            isComplete = true;
            if (from is not null && await ReadAsync(RunIds.From(clock.GetUtcNow() - NewestFor), cancellationToken) is not null)
            {
                await ReadPauseAsync(cancellationToken); // So many are new that its row was not among them.
            }
        }
        finally
        {
            reading.Release();
        }

        return known;
    }

    /// <summary>Nobody gets a slot from now on. What is paused stays as it is.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        var row = new QueuePause(clock.GetUtcNow());
        var document = new Document(Partition, QueuePause.Row, StoredJson.Write(row));
        if (await table.InsertAsync(document, cancellationToken) is WriteReply.Written)
        {
            Set(row);
        }
        else
        {
            await ReadPauseAsync(cancellationToken);
        }
    }

    /// <summary>Slots are lent again.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await table.DeleteAsync(Partition, QueuePause.Row, etag: null, cancellationToken);
        Set(null);
    }

    public void Dispose() => reading.Dispose();

    private async Task ReadPauseAsync(CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref pauseChanges);
        var row = await table.FindAsync(Partition, QueuePause.Row, cancellationToken);
        lock (gate)
        {
            SeePause(row, before);
        }
    }

    private void Set(QueuePause? row)
    {
        lock (gate)
        {
            (pause, pauseChanges) = (row, pauseChanges + 1);
        }
    }

    // What was changed here since the look began is newer than what it saw.
    private void SeePause(Document? row, int changesBefore)
    {
        if (pauseChanges == changesBefore)
        {
            pause = row is null ? null : StoredJson.Read<QueuePause>(row.Json);
        }
    }

    private async ValueTask<string> PartitionOfAsync(string id, CancellationToken cancellationToken) =>
        (await places.PartitionsAsync(cancellationToken)).BySecond ? id[..RunKeys.DigitsOfSecond] : Partition;

    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        var start = from;
        var next = await ReadAsync(start, cancellationToken);
        lock (gate)
        {
            from = from == start ? next : from; // Else somebody has found out meanwhile where to look next.
        }
    }

    // What is known between the first and the last row that is read, and is not among them, has gone.
    private async Task<string?> ReadAsync(string? start, CancellationToken cancellationToken)
    {
        int pausesBefore;
        lock (gate)
        {
            touched.Clear();
            pausesBefore = pauseChanges;
        }

        var query = new DocumentQuery { RowFrom = start, PageSize = DocumentQuery.LargestPage };
        if (start is not null)
        {
            query = query with { PartitionFrom = await PartitionOfAsync(start, cancellationToken) };
        }

        var page = await table.PageAsync(query, null, cancellationToken);
        while (page is { Documents.IsEmpty: true, Continuation: { } continuation })
        {
            page = await table.PageAsync(query, continuation, cancellationToken);
        }

        var last = page.Continuation is null ? null : page.Documents[^1].Row;
        lock (gate)
        {
            TakeOver(page.Documents.RemoveAll(d => d.Row == QueuePause.Row), start, last);
            if (last is null)
            {
                SeePause(page.Documents.FirstOrDefault(d => d.Row == QueuePause.Row), pausesBefore);
            }
        }

        return last;
    }

    private void TakeOver(ImmutableArray<Document> rows, string? first, string? last)
    {
        var seen = rows.Select(d => d.Row).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in tags.Keys.Where(id => IsWithin(id.Value, first, last) && !seen.Contains(id.Value) && !touched.Contains(id))
            .ToArray())
        {
            Drop(gone);
        }

        foreach (var row in rows)
        {
            var id = new RunId(row.Row);
            if (!touched.Contains(id) && tags.GetValueOrDefault(id) != row.ETag)
            {
                Put(StoredJson.Read<WaitingRun>(row.Json), row.ETag);
            }
        }
    }

    private static bool IsWithin(string row, string? first, string? last) =>
        (first is null || string.CompareOrdinal(row, first) >= 0) && (last is null || string.CompareOrdinal(row, last) <= 0);

    private void Put(WaitingRun run, string tag)
    {
        tags[run.Run] = tag;
        known = known.With(run);
    }

    private void Forget(RunId id)
    {
        touched.Add(id);
        Drop(id);
    }

    private void Drop(RunId id)
    {
        tags.Remove(id);
        known = known.Without(id);
    }
}
