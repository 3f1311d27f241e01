using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Kit;

/// <summary>
/// Knows in which partitions the runs lie, and those that wait: by seconds in a store that began with this release, which is written down
/// before its first run. One that an earlier release has begun stays as it is, since that one is to find its way when it comes back.
/// </summary>
public sealed class RunPlaces(IDocumentTables tables)
{
    private const string Partition = "runs";
    private const string Row = "partitions";

    private readonly IDocumentTable table = tables["places"];
    private readonly IDocumentTable runs = tables["runs"];
    private RunPartitions? known;

    public async ValueTask<RunPartitions> PartitionsAsync(CancellationToken cancellationToken) =>
        known ??= await FindAsync(cancellationToken) ?? await DecideAsync(cancellationToken);

    private async Task<RunPartitions?> FindAsync(CancellationToken cancellationToken) =>
        await table.FindAsync(Partition, Row, cancellationToken) is { } document ? StoredJson.Read<RunPartitions>(document.Json) : null;

    private async Task<RunPartitions> DecideAsync(CancellationToken cancellationToken)
    {
        var first = await runs.PageAsync(new() { PageSize = 1, Only = ["Open"] }, null, cancellationToken);
        if (first is { Documents.IsEmpty: true, Continuation: null })
        {
            // Whoever else has written it meanwhile has written the same.
            var bySecond = new RunPartitions(BySecond: true);
            await table.InsertAsync(new(Partition, Row, StoredJson.Write(bySecond)), cancellationToken);
            return bySecond;
        }

        // Another process may have begun the store between the two looks.
        return await FindAsync(cancellationToken) ?? new(BySecond: false);
    }
}
