using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Caching.Memory;

namespace ComfyFunc.Server.Runs;

/// <summary>The Runs table. Rows of open runs are kept at hand, so that the process that drives a run need not read it back.</summary>
public sealed class RunStore(IDocumentTables tables, RunPlaces places) : IDisposable
{
    // When another process ends a run, nobody tells this one: a row that nobody asks for is let go of.
    private static readonly MemoryCacheEntryOptions Unused = new() { SlidingExpiration = TimeSpan.FromMinutes(10) };

    // By one request for those with certain metadata.
    internal const int MostLookedAt = 5_000;
    private const int LookedAtOnce = 500;

    private const int LongestOpenDays = 1; // No deadline is later.

    // Enough to tell how a run stands.
    private static readonly ImmutableArray<string> StatusColumns = ["Status", "Open"];

    private readonly IDocumentTable table = tables["runs"];
    private readonly MemoryCache open = new(new MemoryCacheOptions());

    public async Task<RunRecord> InsertAsync(RunRecord run, CancellationToken cancellationToken)
    {
        return await table.InsertAsync(await ToDocumentAsync(run, cancellationToken), cancellationToken) switch
        {
            WriteReply.Written w => Keep(run with { ETag = w.ETag, SavedStep = run.Step }),
            var reply => throw new InvalidOperationException($"The new run {run.Id} could not be inserted: {reply}."),
        };
    }

    /// <summary>The row as last written or read here: good for deciding, since a stale one cannot be written.</summary>
    /// <param name="step">A row that is not that far yet is read again: another process has moved the run on.</param>
    public async Task<RunRecord?> FindOpenAsync(RunId id, int step, CancellationToken cancellationToken) =>
        open.TryGetValue<RunRecord>(id, out var run) && run!.Step >= step ? run : await FindAsync(id, cancellationToken);

    /// <summary>The row, unless the run is being deleted.</summary>
    public async Task<RunRecord?> FindAsync(RunId id, CancellationToken cancellationToken) =>
        await table.FindAsync((await PartitionsAsync(cancellationToken)).Of(id), RunKeys.Row(id), cancellationToken) is { } document
        && FromDocument(document) is { IsLeaving: false } run ? Keep(run) : null;

    /// <summary>Writes the row if nobody else has since it was read; otherwise answers the row as it is now.</summary>
    public async Task<RunUpdate> UpdateAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var reply = await table.ReplaceAsync(await ToDocumentAsync(run, cancellationToken), cancellationToken);
        if (reply is WriteReply.Written written)
        {
            return new(true, Keep(run with { ETag = written.ETag, SavedStep = run.Step }));
        }

        open.Remove(run.Id);
        return new(false, await FindAsync(run.Id, cancellationToken));
    }

    /// <summary>Applies a change to the row, over whatever others write meanwhile.</summary>
    public async Task<RunRecord?> ChangeAsync(RunId id, Func<RunRecord, RunRecord> change, CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"the run '{id}'");
        var run = await FindAsync(id, cancellationToken);
        while (run is not null && change(run) is var changed && !ReferenceEquals(changed, run))
        {
            var update = await UpdateAsync(changed, cancellationToken);
            run = update.Now;
            if (update.Written)
            {
                break;
            }

            tries.Lost();
        }

        return run;
    }

    /// <returns><see langword="null"/> where no such page gave the continuation.</returns>
    public async Task<RunPage?> PageAsync(RunFilter filter, int size, string? continuation, CancellationToken cancellationToken)
    {
        if (!filter.Metadata.IsEmpty)
        {
            return await LookAsync(filter, size, continuation, cancellationToken);
        }

        if (!DocumentPage.Gives(continuation))
        {
            return null;
        }

        var (shown, next) = await table.PageOfShownAsync(filter.ToQuery(await PartitionsAsync(cancellationToken), size), continuation,
            page => ValueTask.FromResult(page.Select(FromDocument).Where(r => !r.IsLeaving)), cancellationToken);
        return new(shown, next);
    }

    // Rows are looked at one by one, so a page may be short, or empty: it ends where the looking did, within a page of the table or behind
    // it.
    private async Task<RunPage?> LookAsync(RunFilter filter, int size, string? continuation, CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(cancellationToken);
        var query = filter.ToQuery(partitions, LookedAtOnce);
        if (continuation is not null && RunId.TryParse(continuation, out var last))
        {
            query = query with { PartitionFrom = partitions.Of(last), RowFrom = RunKeys.RowAfter(last) };
            continuation = null;
        }
        else if (!DocumentPage.Gives(continuation))
        {
            return null;
        }

        var found = ImmutableArray.CreateBuilder<RunRecord>();
        for (var looked = LookedAtOnce; ; looked += LookedAtOnce)
        {
            var page = await table.PageAsync(query, continuation, cancellationToken);
            foreach (var run in page.Documents.Select(FromDocument).Where(r => !r.IsLeaving && filter.Fits(r)))
            {
                found.Add(run);
                if (found.Count == size)
                {
                    return new(found.ToImmutable(), run.Id.Value);
                }
            }

            continuation = page.Continuation;
            if (continuation is null || page.Documents.IsEmpty || looked == MostLookedAt)
            {
                return new(found.ToImmutable(), continuation);
            }
        }
    }

    /// <summary>Every run that has not ended.</summary>
    /// <param name="since">Leaves out those whose ids were made before; <see langword="null"/> looks through them all.</param>
    public IAsyncEnumerable<RunRecord> OpenRunsAsync(DateTimeOffset? since, CancellationToken cancellationToken) =>
        UnfinishedAsync(since, cancellationToken).Where(r => !r.IsLeaving);

    /// <summary>Every run that has not ended, and every one whose deletion has not.</summary>
    public async IAsyncEnumerable<RunRecord> UnfinishedAsync(DateTimeOffset? since,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(cancellationToken);
        await foreach (var document in table.QueryAsync(
            new DocumentQuery
            {
                Where = RunFilter.Open,
                PartitionBefore = since is { } first ? partitions.After(first) : null,
                RowBefore = since is { } time ? RunKeys.RowBefore(time) : null,
                PageSize = DocumentQuery.LargestPage
            }, cancellationToken))
        {
            yield return Keep(FromDocument(document));
        }
    }

    /// <summary>The runs from one to another, both included, that have not ended. Their rows are not kept at hand.</summary>
    public async IAsyncEnumerable<RunRecord> OpenAmongAsync(RunId oldest, RunId newest,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var between = Between(await PartitionsAsync(cancellationToken), oldest, newest);
        await foreach (var document in table.QueryAsync(
            between with { Where = RunFilter.Open, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            if (FromDocument(document) is { IsLeaving: false } run)
            {
                yield return run;
            }
        }
    }

    /// <summary>How many of a client's runs have not ended.</summary>
    /// <param name="since">Leaves out those whose ids were made before; <see langword="null"/> counts all.</param>
    /// <returns>Also the oldest of them.</returns>
    public async Task<(int Count, RunId? Oldest)> CountOpenAsync(string client, DateTimeOffset now, DateTimeOffset? since,
        CancellationToken cancellationToken)
    {
        var first = since ?? now.AddDays(-LongestOpenDays);
        var partitions = await PartitionsAsync(cancellationToken);
        var (count, oldest) = (0, (RunId?)null);
        await foreach (var document in table.QueryAsync(
            new DocumentQuery
            {
                PartitionBefore = partitions.After(first),
                RowBefore = since is { } time ? RunKeys.RowBefore(time) : null,
                Where = RunFilter.Of(client).AddRange(RunFilter.Open),
                Only = StatusColumns,
                PageSize = DocumentQuery.LargestPage,
            }, cancellationToken))
        {
            (count, oldest) = (count + 1, RunKeys.RunIn(document.Row)); // The newest comes first.
        }

        return (count, oldest);
    }

    /// <summary>How many of a client's runs were made on the day (UTC) of <paramref name="now"/>.</summary>
    /// <param name="since">Leaves out those whose ids were made before; <see langword="null"/> counts all.</param>
    /// <param name="before">Leaves out those whose ids were made at this time or later.</param>
    public async Task<int> CountMadeAsync(string client, DateTimeOffset now, DateTimeOffset? since, DateTimeOffset? before,
        CancellationToken cancellationToken)
    {
        var ofClient = new RunFilter(Client: client) { CreatedFrom = since ?? now.AddDays(-LongestOpenDays - 1), CreatedBefore = before };
        var query = ofClient.ToQuery(await PartitionsAsync(cancellationToken), DocumentQuery.LargestPage);
        return await table.QueryAsync(query, cancellationToken)
            .CountAsync(d => FromDocument(d).CreatedAt.UtcDateTime.Date == now.UtcDateTime.Date, cancellationToken);
    }

    /// <summary>How many of a batch's runs stand how: without reading what else their rows say.</summary>
    /// <param name="last">The newest of them; <see langword="null"/> where that is not known.</param>
    public async Task<ImmutableSortedDictionary<RunStatus, int>> CountOfBatchAsync(RunId batch, RunId? last,
        CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<RunStatus, int>();
        var partitions = await PartitionsAsync(cancellationToken);
        await foreach (var document in table.QueryAsync(OfBatch(partitions, batch, last) with { Only = StatusColumns }, cancellationToken))
        {
            var status = Enum.Parse<RunStatus>((string)document.Columns["Status"]);
            if (status <= RunStatus.Canceling || !(bool)document.Columns["Open"]) // Else it has ended and is being deleted.
            {
                counts[status] = counts.GetValueOrDefault(status) + 1;
            }
        }

        return counts.ToImmutableSortedDictionary();
    }

    /// <summary>A batch's runs.</summary>
    /// <param name="last">The newest of them; <see langword="null"/> where that is not known.</param>
    public async Task<ImmutableArray<RunRecord>> OfBatchAsync(RunId batch, RunId? last, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<RunRecord>();
        var partitions = await PartitionsAsync(cancellationToken);
        await foreach (var document in table.QueryAsync(OfBatch(partitions, batch, last), cancellationToken))
        {
            if (FromDocument(document) is { IsLeaving: false } run)
            {
                found.Add(run);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Runs that were created before a time: candidates for the retention sweep.</summary>
    public async IAsyncEnumerable<RunRecord> CreatedBeforeAsync(DateTimeOffset time,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(cancellationToken);
        await foreach (var document in table.QueryAsync(
            new DocumentQuery
            {
                PartitionFrom = partitions.Of(time),
                RowFrom = RunKeys.RowBefore(time),
                PageSize = DocumentQuery.LargestPage
            }, cancellationToken))
        {
            yield return FromDocument(document);
        }
    }

    public async Task DeleteAsync(RunId id, CancellationToken cancellationToken)
    {
        open.Remove(id);
        await table.DeleteAsync((await PartitionsAsync(cancellationToken)).Of(id), RunKeys.Row(id), etag: null, cancellationToken);
    }

    public void Dispose() => open.Dispose();

    private RunRecord Keep(RunRecord run)
    {
        if (run.Outcome is not null)
        {
            open.Remove(run.Id);
        }
        else
        {
            open.Set(run.Id, run, Unused);
        }

        return run;
    }

    private static DocumentQuery OfBatch(RunPartitions partitions, RunId batch, RunId? last)
    {
        var ofBatch = new RunFilter(Batch: batch.Value).ToQuery(partitions, DocumentQuery.LargestPage);
        return last is { } newest ? Between(partitions, batch, newest) with { Where = ofBatch.Where, PageSize = ofBatch.PageSize } : ofBatch;
    }

    // Of one partition, every store finds it without looking elsewhere.
    private static DocumentQuery Between(RunPartitions partitions, RunId oldest, RunId newest)
    {
        var rows = new DocumentQuery { RowFrom = RunKeys.Row(newest), RowBefore = RunKeys.RowAfter(oldest) };
        return partitions.Of(oldest) == partitions.Of(newest) ? rows with { Partition = partitions.Of(newest) }
            : rows with { PartitionFrom = partitions.Of(newest), PartitionBefore = partitions.After(RunKeys.CreatedAt(oldest)) };
    }

    private ValueTask<RunPartitions> PartitionsAsync(CancellationToken cancellationToken) => places.PartitionsAsync(cancellationToken);

    private async ValueTask<Document> ToDocumentAsync(RunRecord run, CancellationToken cancellationToken) =>
        new((await PartitionsAsync(cancellationToken)).Of(run.Id), RunKeys.Row(run.Id), StoredJson.Write(run))
        {
            ETag = run.ETag,
            Columns = ColumnsOf(run),
        };

    private static ImmutableDictionary<string, object> ColumnsOf(RunRecord run)
    {
        var columns = ImmutableDictionary<string, object>.Empty
            .Add("Workflow", run.Workflow)
            .Add("Client", run.Client)
            .Add("Status", run.Status.ToString())
            .Add("Open", run.Outcome is null || run.IsLeaving);
        columns = run.Batch is null ? columns : columns.Add("Batch", run.Batch);
        return run.Attempts.IsEmpty ? columns : columns.Add("Host", run.Attempts[^1].Host.Value);
    }

    private static RunRecord FromDocument(Document document)
    {
        var run = StoredJson.Read<RunRecord>(document.Json);
        return run with { ETag = document.ETag, SavedStep = run.Step };
    }
}

/// <summary>Whether the row was written, and what it is now; <see langword="null"/> when it has been deleted.</summary>
public readonly record struct RunUpdate(bool Written, RunRecord? Now);

/// <summary>One page of runs, newest first.</summary>
public sealed record RunPage(ImmutableArray<RunRecord> Runs, string? Continuation);
