using BitFaster.Caching.Lru;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Sync;

/// <summary>What is published now: the newest version of each workflow, and its graph where it was saved with one.</summary>
public sealed class PublishedGraphs(WorkflowStore workflows) : IDisposable
{
    private const int PageSize = 200;

    // Each of several hosts is given the same few.
    private const int MostKept = 20;

    private readonly ConcurrentLru<(string Name, int Version), PublishedGraph> kept = new(MostKept);

    private readonly SemaphoreSlim turn = new(1);
    private long moments;
    private (long Began, IReadOnlyList<WorkflowRow> Rows) recent = (0, []);

    /// <summary>Names this moment: what was published before it is in every listing that is asked for since it.</summary>
    public long Moment() => Interlocked.Increment(ref moments);

    /// <summary>All that were published at some moment since that one: hosts that are gone over together share a listing.</summary>
    public async Task<IReadOnlyList<WorkflowRow>> ListAsync(long since, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (recent.Began < since)
            {
                recent = (Moment(), await AllAsync(cancellationToken));
            }

            return recent.Rows;
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
