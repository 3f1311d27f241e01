using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Kit;

/// <summary>Deletes what a table no longer needs.</summary>
internal static class Clearance
{
    // One after the other, fewer would go than come.
    private const int AtOnce = 16;

    /// <summary>Deletes every document of a query that nobody changes meanwhile.</summary>
    public static async Task ClearAsync(this IDocumentTable table, DocumentQuery query, CancellationToken cancellationToken)
    {
        var all = table.QueryAsync(query with { PageSize = DocumentQuery.LargestPage }, cancellationToken);
        await foreach (var some in all.Chunk(DocumentQuery.LargestPage).WithCancellation(cancellationToken))
        {
            await FewAtOnce.ForEachAsync(some, AtOnce, d => table.DeleteAsync(d.Partition, d.Row, d.ETag, cancellationToken));
        }
    }
}
