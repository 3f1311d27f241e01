using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Upkeep;

/// <summary>The processes that serve this storage, as each of them says.</summary>
public sealed class ProcessStore(IDocumentTables tables, TimeProvider clock)
{
    private const string Partition = "process";

    // A process that was paused, or a clock that is off, is not taken for dead at once.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly IDocumentTable table = tables["processes"];

    public Task PutAsync(ProcessRow row, CancellationToken cancellationToken) =>
        table.UpsertAsync(new Document(Partition, row.Id, StoredJson.Write(row)), cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        table.DeleteAsync(Partition, id, etag: null, cancellationToken);

    /// <summary>Those that have been heard of when they said they would be. The rows of others go after a while.</summary>
    public async Task<ImmutableArray<ProcessRow>> LivingAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var living = ImmutableArray.CreateBuilder<ProcessRow>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var row = StoredJson.Read<ProcessRow>(document.Json);
            if (row.NextAt + Grace >= now)
            {
                living.Add(row);
            }
            else if (now - row.NextAt > Kept)
            {
                await RemoveAsync(row.Id, cancellationToken);
            }
        }

        return living.ToImmutable();
    }
}
