using System.Collections.Immutable;

namespace ComfyFunc.Pool;

/// <summary>Answers whether a host has the node classes and model files that a run needs, and what is missing where.</summary>
public sealed class Capabilities(HostCatalogs catalogs)
{
    public bool Has(WaitingRun run, PoolHost host) => catalogs.Find(host.CatalogHash) is { } catalog && run.Needs.MissingOn(catalog).IsEmpty;

    /// <summary>One sentence for the caller: what each host lacks.</summary>
    public string Explain(WaitingRun run, IReadOnlyCollection<PoolHost> pool)
    {
        if (pool.Count == 0)
        {
            return "The pool has no hosts.";
        }

        var lacks = pool.OrderBy(h => h.Id.Value, StringComparer.Ordinal).Select(h => $"{h.Id}: {LackOf(run, h)}");
        return $"No host of the pool can run this. {string.Join("; ", lacks)}.";
    }

    private string LackOf(WaitingRun run, PoolHost host) =>
        catalogs.Find(host.CatalogHash) is not { } catalog ? "has not answered yet"
        : run.Needs.MissingOn(catalog) is { IsEmpty: false } missing ? $"lacks {string.Join(", ", missing)}"
        : run.Placement.Excluded.Contains(host.Id) ? "failed this run before"
        : "has too little GPU memory";
}
