using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Knows in which partitions the runs lie: of a store that began empty all by seconds; of one that an earlier release has filled those that
/// were made after this release had started. The first process that asks writes it down for all.
/// </summary>
public sealed class RunPlaces(IDocumentTables tables, TimeProvider clock)
{
    private const string Partition = "runs";
    private const string Row = "partitions";

    // While all instances are exchanged, those of the earlier release still make runs.
    private static readonly TimeSpan Exchange = TimeSpan.FromMinutes(15);

    private readonly IDocumentTable table = tables["places"];
    private readonly IDocumentTable runs = tables["runs"];
    private RunPartitions? known;

    public async ValueTask<RunPartitions> PartitionsAsync(CancellationToken cancellationToken) =>
        known ??= await FindAsync(cancellationToken) ?? await BeginAsync(cancellationToken);

    private async Task<RunPartitions?> FindAsync(CancellationToken cancellationToken) =>
        await table.FindAsync(Partition, Row, cancellationToken) is { } document ? StoredJson.Read<RunPartitions>(document.Json) : null;

    private async Task<RunPartitions> BeginAsync(CancellationToken cancellationToken)
    {
        var any = await runs.PageAsync(new() { PageSize = 1, Only = ["Open"] }, null, cancellationToken);
        var partitions = new RunPartitions(
            any is { Documents.IsEmpty: true, Continuation: null } ? DateTimeOffset.MinValue : clock.GetUtcNow() + Exchange);
        return await table.InsertAsync(new(Partition, Row, StoredJson.Write(partitions)), cancellationToken) is WriteReply.Written ? partitions
            : await FindAsync(cancellationToken) ?? throw new InvalidDataException("Where the runs lie was written down and is gone.");
    }
}
