using BitFaster.Caching.Lru;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Sync;

/// <summary>What is published now: the newest version of each workflow, and its graph where it was saved with one.</summary>
public sealed class PublishedGraphs(WorkflowStore workflows, TimeProvider clock) : IDisposable
{
    private const int PageSize = 200;

    // Hosts are gone over one after the other.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    // Each of several hosts is given the same few.
    private const int MostKept = 20;

    private readonly ConcurrentLru<(string Name, int Version), PublishedGraph> kept = new(MostKept);

    private readonly SemaphoreSlim turn = new(1);
    private (DateTimeOffset At, IReadOnlyList<WorkflowRow> Rows) recent;

    /// <summary>All that were published a moment ago: good for finding what may have to change, not for changing it.</summary>
    public async Task<IReadOnlyList<WorkflowRow>> RecentAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            return (recent = now - recent.At < Freshness ? recent : (now, await AllAsync(cancellationToken))).Rows;
        }
        finally
        {
            turn.Release();
        }
    }

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

    public void Dispose() => turn.Dispose();
}
