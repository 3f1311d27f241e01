using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Caching.Memory;

namespace ComfyFunc.Server.Runs;

/// <summary>The Runs table. Rows of open runs are kept at hand, so that the process that drives a run need not read it back.</summary>
public sealed partial class RunStore(IDocumentTables tables, RunPlaces places) : IDisposable
{
    // When another process ends a run, nobody tells this one: a row that nobody asks for is let go of.
    private static readonly MemoryCacheEntryOptions Unused = new() { SlidingExpiration = TimeSpan.FromMinutes(10) };

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
