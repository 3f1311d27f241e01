using BitFaster.Caching.Lru;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Sync;

/// <summary>What is published now: the newest version of each workflow, and its graph where it was saved with one.</summary>
public sealed class PublishedGraphs(WorkflowStore workflows)
{
    private const int PageSize = 200;

    // Each of several hosts is given the same few.
    private const int MostKept = 20;

    private readonly ConcurrentLru<(string Name, int Version), PublishedGraph> kept = new(MostKept);

    /// <summary>All that are published, by name.</summary>
    public async Task<IReadOnlyList<WorkflowRow>> AllAsync(CancellationToken cancellationToken)
    {
        var rows = new List<WorkflowRow>();
        string? continuation = null;
        do
        {
            // It continues what a page gave.
            var page = (await workflows.PageAsync(PageSize, continuation, cancellationToken))!;
            rows.AddRange(page.Workflows);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return rows;
    }

    public async Task<WorkflowRow?> FindAsync(string name, CancellationToken cancellationToken) =>
        await workflows.FindAsync(name, cancellationToken) is { DeletedAt: null } row ? row : null;

    /// <returns><see langword="null"/> for a version that was saved as a prompt alone.</returns>
    public async Task<PublishedGraph?> OfAsync(WorkflowRow row, CancellationToken cancellationToken)
    {
        var key = (row.Name, row.Latest.Version);
        if (kept.TryGet(key, out var known))
        {
            return known;
        }

        if (await workflows.GraphAsync(row.Latest, cancellationToken) is not { } graph)
        {
            return null;
        }

        var published = PublishedGraph.Of(row.Name, row.Latest.Version, graph);
        kept.AddOrUpdate(key, published);
        return published;
    }
}
