using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>The central queue: runs that found no free slot, each with what it needs.</summary>
public sealed class PendingStore(IDocumentTables tables)
{
    private const string Partition = "pending";

    private readonly IDocumentTable table = tables["pending"];
    private readonly ConcurrentDictionary<RunId, WaitingRun> known = new();

    /// <summary>The queue as this process last saw it. Runs that are about to be placed step behind it.</summary>
    public ICollection<WaitingRun> Known => known.Values;

    /// <summary>
    /// How many runs wait before this one, as far as priority and age decide; <see langword="null"/> when it is not in the queue.
    /// </summary>
    public int? PositionOf(RunId id) =>
        known.TryGetValue(id, out var run) ? known.Values.Count(other => IsBefore(other, run)) : null;

    private static bool IsBefore(WaitingRun other, WaitingRun run) =>
        other.Priority != run.Priority ? other.Priority > run.Priority
        : other.Since != run.Since ? other.Since < run.Since
        : string.CompareOrdinal(other.Run.Value, run.Run.Value) < 0;

    public async Task AddAsync(WaitingRun run, CancellationToken cancellationToken)
    {
        await table.UpsertAsync(new Document(Partition, run.Run.Value, StoredJson.Write(run)), cancellationToken);
        known[run.Run] = run;
    }

    /// <returns><see langword="false"/> when somebody else has taken the run out already.</returns>
    public async Task<bool> TakeAsync(RunId id, CancellationToken cancellationToken)
    {
        known.TryRemove(id, out _);
        return await table.DeleteAsync(Partition, id.Value, etag: null, cancellationToken);
    }

    public async Task<ImmutableArray<WaitingRun>> RefreshAsync(CancellationToken cancellationToken)
    {
        var waiting = ImmutableArray.CreateBuilder<WaitingRun>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            waiting.Add(StoredJson.Read<WaitingRun>(document.Json));
        }

        var seen = waiting.Select(w => w.Run).ToHashSet();
        foreach (var gone in known.Keys.Where(id => !seen.Contains(id)))
        {
            known.TryRemove(gone, out _);
        }

        foreach (var run in waiting)
        {
            known[run.Run] = run;
        }

        return waiting.ToImmutable();
    }
}
