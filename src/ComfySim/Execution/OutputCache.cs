namespace ComfyFunc.ComfySim.Execution;

/// <summary>What a node gave when it last ran: its values, and what it showed under which node's name.</summary>
internal sealed record CachedResult(object?[] Outputs, PyDict? Ui, PyDict Meta);

/// <summary>Results of earlier prompts by signature. A policy is what it keeps when a prompt begins.</summary>
internal abstract class OutputCache
{
    private IReadOnlyDictionary<string, string> keys = new Dictionary<string, string>();

    protected Dictionary<string, CachedResult> Results { get; } = [];

    public static OutputCache For(SimOptions options) => options.Cache switch
    {
        SimCache.Lru => new LruCache(options.CacheSize),
        SimCache.None => new NoCache(),
        _ => new ClassicCache(),
    };

    public void Begin(IReadOnlyDictionary<string, string> signatures)
    {
        keys = signatures;
        Clean(signatures);
    }

    public CachedResult? Get(string nodeId)
    {
        if (!keys.TryGetValue(nodeId, out var key) || !Results.TryGetValue(key, out var result))
        {
            return null;
        }

        Used(key);
        return result;
    }

    public void Set(string nodeId, CachedResult result)
    {
        Used(keys[nodeId]);
        Results[keys[nodeId]] = result;
    }

    public virtual void Clear() => Results.Clear();

    /// <summary>Whether equal nodes of one prompt share a result; without a cache they do not.</summary>
    public virtual string KeyOf(string nodeId, string signature) => signature;

    protected abstract void Clean(IReadOnlyDictionary<string, string> signatures);

    protected virtual void Used(string key)
    {
    }
}

/// <summary>Keeps what the new prompt names, executed or not, and drops the rest.</summary>
internal sealed class ClassicCache : OutputCache
{
    protected override void Clean(IReadOnlyDictionary<string, string> signatures)
    {
        var wanted = signatures.Values.ToHashSet();
        foreach (var key in Results.Keys.Where(k => !wanted.Contains(k)).ToList())
        {
            Results.Remove(key);
        }
    }
}

/// <summary>Keeps the results that were used last, up to a number, and always those of the new prompt.</summary>
internal sealed class LruCache(int size) : OutputCache
{
    private readonly Dictionary<string, int> usedIn = [];
    private int generation;
    private int oldest;

    protected override void Clean(IReadOnlyDictionary<string, string> signatures)
    {
        generation++;
        foreach (var key in signatures.Values)
        {
            Used(key);
        }

        for (; Results.Count > size && oldest < generation; oldest++)
        {
            foreach (var key in Results.Keys.Where(k => usedIn.GetValueOrDefault(k) < oldest).ToList())
            {
                Results.Remove(key);
                usedIn.Remove(key);
            }
        }
    }

    protected override void Used(string key) => usedIn[key] = generation;
}

/// <summary>Keeps nothing beyond the prompt.</summary>
internal sealed class NoCache : OutputCache
{
    public override string KeyOf(string nodeId, string signature) => nodeId;

    protected override void Clean(IReadOnlyDictionary<string, string> signatures) => Clear();
}
