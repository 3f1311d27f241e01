using System.Collections.Immutable;
using BitFaster.Caching.Lru;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// Workflow versions as the pool can run them now: read with what hosts that take work know, so that contracts, descriptions and calls
/// agree.
/// </summary>
public sealed class LiveWorkflows(WorkflowStore workflows, RunCatalogs runCatalogs, HostStore hosts, HostCatalogs catalogs)
{
    private const int MostKept = 500;

    private readonly ConcurrentLru<(string Content, string Pinned, string Pool), LiveWorkflow> kept = new(MostKept);

    /// <summary>What the pool can run, as a key: as long as it is the same, so is every version here.</summary>
    public string PoolKey
    {
        get
        {
            var (taking, all) = Pool();
            return $"{string.Join(',', taking)}|{string.Join(',', all)}";
        }
    }

    /// <summary>The version over the live catalog, which is stored before anything can refer to it.</summary>
    public async Task<LiveWorkflow> OfAsync(WorkflowVersion version, CancellationToken cancellationToken)
    {
        var key = (version.Content, version.Catalog, PoolKey);
        if (kept.TryGet(key, out var live))
        {
            await runCatalogs.HoldAsync(live.Catalog, cancellationToken);
            return live;
        }

        var pinned = await workflows.LoadAsync(version, cancellationToken);
        var catalog =
            await CatalogOfAsync(pinned.Classes, await workflows.CatalogAsync(version.Catalog, cancellationToken), cancellationToken);
        await runCatalogs.KeepAsync(catalog, cancellationToken);
        live = new(await workflows.LoadAsync(version.Content, catalog.Hash, cancellationToken), catalog.Hash);
        kept.AddOrUpdate(key, live);
        return live;
    }

    /// <summary>What is known of some node classes: by the hosts that take work, else by any host, else by what was known before.</summary>
    public async Task<NodeCatalog> CatalogOfAsync(ImmutableArray<string> classes, NodeCatalog before, CancellationToken cancellationToken)
    {
        var (taking, all) = Pool();
        var known = NodeCatalog.Empty;
        foreach (var source in new[] { await UnionAsync(taking, classes, cancellationToken),
            await UnionAsync(all, classes, cancellationToken), before.Only(classes) })
        {
            known = NodeCatalog.Union([known, source.Only(classes.Where(c => !known.Has(c)))]);
        }

        return known;
    }

    private async Task<NodeCatalog> UnionAsync(ImmutableArray<string> hashes, ImmutableArray<string> classes,
        CancellationToken cancellationToken)
    {
        var parts = new List<NodeCatalog>();
        foreach (var hash in hashes)
        {
            if (await catalogs.GetAsync(hash, cancellationToken) is { } catalog)
            {
                parts.Add(catalog.Only(classes));
            }
        }

        return NodeCatalog.Union(parts);
    }

    private (ImmutableArray<string> Taking, ImmutableArray<string> All) Pool()
    {
        var pool = hosts.Known;
        return (HashesOf(pool.Where(h => h.Status is HostStatus.Ready or HostStatus.WarmingUp)), HashesOf(pool));
    }

    private static ImmutableArray<string> HashesOf(IEnumerable<PoolHost> pool) =>
        [.. pool.Select(h => h.CatalogHash).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>A version as the pool can run it now.</summary>
/// <param name="Catalog">The hash of the catalog that it was read with, which runs refer to.</param>
public sealed record LiveWorkflow(Workflow Workflow, string Catalog);
