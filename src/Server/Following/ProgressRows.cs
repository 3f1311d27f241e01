using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>How far runs are, written for processes that do not listen to their hosts.</summary>
public sealed class ProgressRows(IDocumentTables tables) : IRunObserver
{
    private const string Partition = "progress";

    private readonly IDocumentTable table = tables["progress"];

    public Task WriteAsync(ProgressRow row, CancellationToken cancellationToken) =>
        table.UpsertAsync(new Document(Partition, row.Run.Value, StoredJson.Write(row)), cancellationToken);

    public async Task<ProgressRow?> FindAsync(RunId run, CancellationToken cancellationToken) =>
        await table.FindAsync(Partition, run.Value, cancellationToken) is { } document ? StoredJson.Read<ProgressRow>(document.Json) : null;

    public async Task<ImmutableDictionary<RunId, ProgressRow>> AllAsync(CancellationToken cancellationToken)
    {
        var rows = ImmutableDictionary.CreateBuilder<RunId, ProgressRow>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            rows[new(document.Row)] = StoredJson.Read<ProgressRow>(document.Json);
        }

        return rows.ToImmutable();
    }

    /// <summary>Removes what was told of the attempt, or of one before it: another process may tell of the next one already.</summary>
    /// <returns><see langword="false"/> when one does.</returns>
    public async Task<bool> RemoveAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (await table.FindAsync(Partition, lease.Run.Value, cancellationToken) is not { } document)
        {
            return true;
        }

        return StoredJson.Read<ProgressRow>(document.Json).Attempt <= lease.Attempt
            && await table.DeleteAsync(Partition, lease.Run.Value, document.ETag, cancellationToken);
    }

    public Task RemovedAsync(RunRecord run, CancellationToken cancellationToken) =>
        table.DeleteAsync(Partition, run.Id.Value, etag: null, cancellationToken);
}

/// <summary>The latest of one attempt's progress.</summary>
/// <param name="Previews">How many previews have been stored; the latest lies in the run's blob.</param>
/// <param name="PreviewType">Its content type.</param>
public sealed record ProgressRow(RunId Run, int Attempt, PromptProgress Progress, int Previews = 0, string? PreviewType = null);
