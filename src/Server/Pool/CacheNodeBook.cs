using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Remembers which <c>[!cache]</c> nodes each host has run. ComfyUI's classic cache keeps only what the last prompt named, so every later
/// prompt names them too: they are not executed, their results are kept.
/// </summary>
public sealed class CacheNodeBook
{
    // A host has memory for a few models; naming more keeps nothing and makes prompts long.
    private const int MostPerHost = 32;

    private readonly ConcurrentDictionary<HostId, ImmutableArray<CacheNode>> ran = new();

    public ImmutableArray<CacheNode> For(HostId host) => ran.TryGetValue(host, out var nodes) ? nodes : [];

    public void Ran(HostId host, CompiledPrompt prompt)
    {
        var nodes = CacheNodes.Of(prompt);
        if (!nodes.IsEmpty)
        {
            ran.AddOrUpdate(host, nodes, (_, known) => [.. known.Concat(nodes).DistinctBy(n => n.Signature).TakeLast(MostPerHost)]);
        }
    }

    /// <summary>The host's process is new, or its cache was dropped.</summary>
    public void Forget(HostId host) => ran.TryRemove(host, out _);
}
