using System.Collections.Immutable;
using BitFaster.Caching.Lru;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>Answers whether a host has the node classes and model files that a run needs, and what is missing where.</summary>
public sealed class Capabilities(HostCatalogs catalogs)
{
    // Prompts that are alike, and hosts that are alike, are compared once.
    private const int MostKnown = 10_000;

    private readonly ConcurrentLru<(string Needs, string Catalog), bool> known = new(MostKnown);

    public bool Has(WaitingRun run, PoolHost host)
    {
        if (host.CatalogHash is not { } hash || catalogs.Find(hash) is not { } catalog)
        {
            return false;
        }

        return known.GetOrAdd((run.Work.Needs.Key, hash), (_, needed) => needed.Needs.MissingOn(needed.Catalog).IsEmpty,
            (run.Work.Needs, Catalog: catalog));
    }

    /// <summary>One sentence for the caller: what each host lacks.</summary>
    public string Explain(WaitingRun run, IReadOnlyCollection<PoolHost> pool)
    {
        if (pool.Count == 0)
        {
            return "The pool has no hosts.";
        }

        var lacks = pool.OrderBy(h => h.Id.Value, StringComparer.Ordinal).Select(h => $"{h.Id}: {LackOf(run, h, pool)}");
        return $"No host of the pool can run this. {string.Join("; ", lacks)}.";
    }

    /// <summary>Why the host can never take the run, as the end of a sentence about it; <see langword="null"/> when it can.</summary>
    public string? LackOf(WaitingRun run, PoolHost host, IReadOnlyCollection<PoolHost> pool) => Feasibility.Of(run, host, pool, Has) switch
    {
        Unfitness.Excluded => "failed this run before",
        Unfitness.Refused => host.Record.Refusals.FirstOrDefault(r => r.Covers(host, run.Work)) is { } refusal
            ? $"refused it: {refusal.Detail.TrimEnd('.')}" : "refused this run before",
        Unfitness.TakesSmallerFiles => $"takes no file larger than {host.MaxUploadBytes} bytes (ComfyUI's --max-upload-size sets it)",
        Unfitness.NotTheOne => "is not the host that it is meant for",
        Unfitness.LacksLabels =>
            "lacks " + string.Join(", ", run.Work.Demands.Labels.Where(l => host.Labels.GetValueOrDefault(l.Key) != l.Value)
                .Select(l => $"the label {l.Key}={l.Value}")),
        Unfitness.TooSmall => "has too little GPU memory",
        Unfitness.Incapable => catalogs.Find(host.CatalogHash) is { } catalog
            ? $"lacks {string.Join(", ", run.Work.Needs.MissingOn(catalog))}" : "has not answered yet",
        _ => null,
    };
}
