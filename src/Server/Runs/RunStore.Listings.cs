using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Runs;

public sealed partial class RunStore
{
    // By one request for those with certain metadata.
    internal const int MostLookedAt = 5_000;
    private const int LookedAtOnce = 500;

    private const int LongestOpenDays = 1; // No deadline is later.

    // Enough to tell how a run stands.
    private static readonly ImmutableArray<string> StatusColumns = ["Status", "Open"];

    /// <summary>Runs from the newest on. A page may be short, or empty: it ends where the looking did.</summary>
    /// <param name="continuation">What the page before ended with, or the id of a run to go on after.</param>
    public async Task<RunPage> PageAsync(RunFilter filter, int size, string? continuation, CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(cancellationToken);
        var query = filter.ToQuery(partitions, filter.Metadata.IsEmpty ? size : LookedAtOnce);
        if (continuation is not null && RunId.TryParse(continuation, out var last))
        {
            query = query with { PartitionFrom = partitions.Of(last), RowFrom = RunKeys.RowAfter(last) };
            continuation = null;
        }

        if (!filter.Metadata.IsEmpty)
        {
            return await LookAsync(filter, query, size, continuation, cancellationToken);
        }

        var (shown, next) = await table.PageOfShownAsync(query, continuation,
            page => ValueTask.FromResult(page.Select(FromDocument).Where(r => !r.IsLeaving)), cancellationToken);
        return new(shown, next);
    }

    // Rows are looked at one by one, so a page may be short, or empty: it ends where the looking did, within a page of the table or behind
    // it.
    private async Task<RunPage> LookAsync(RunFilter filter, DocumentQuery query, int size, string? continuation,
        CancellationToken cancellationToken)
    {
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
        [EnumeratorCancellation] CancellationToken cancellationToken)
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
        [EnumeratorCancellation] CancellationToken cancellationToken)
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
        [EnumeratorCancellation] CancellationToken cancellationToken)
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
}

/// <summary>One page of runs, newest first.</summary>
public sealed record RunPage(ImmutableArray<RunRecord> Runs, string? Continuation);
