using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// A node marked <c>[!cache]</c> with all that it needs, under ids that its content gives, so that the same loader of two workflows is one.
/// </summary>
/// <param name="Signature">The id of the node itself.</param>
/// <param name="Parts">Ids and node objects.</param>
public sealed record CacheNode(string Signature, ImmutableArray<CacheNodePart> Parts);

/// <summary>One node of the closure.</summary>
/// <param name="Json">The node object, its links rewritten to the new ids.</param>
public sealed record CacheNodePart(string Id, string Json);

/// <summary>Finds what <c>[!cache]</c> asks a host to keep.</summary>
public static class CacheNodes
{
    // Longer closures are pipelines, not loaders.
    private const int MostParts = 16;

    public static ImmutableArray<CacheNode> Of(CompiledPrompt prompt)
    {
        if (!prompt.Nodes.Any(n => n.Annotations.Cache))
        {
            return [];
        }

        var byId = prompt.Nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        return [.. prompt.Nodes.Where(n => n.Annotations.Cache && !n.Class.IsOutputNode).Select(n => Closure(n, byId)).OfType<CacheNode>()
            .DistinctBy(c => c.Signature)];
    }

    /// <summary>The model files that the marked nodes and their ancestors load.</summary>
    public static ImmutableArray<string> ModelsOf(CompiledPrompt prompt)
    {
        var byId = prompt.Nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<PromptNode>(prompt.Nodes.Where(n => n.Annotations.Cache));
        while (open.TryPop(out var node))
        {
            if (seen.Add(node.Id))
            {
                foreach (var source in node.Inputs.Select(i => i.Link is { } link ? byId.GetValueOrDefault(link.Node) : null)
                    .OfType<PromptNode>())
                {
                    open.Push(source);
                }
            }
        }

        return seen.Count == 0 ? []
            : [.. prompt.Loaders.Where(l => seen.Contains(l.Node)).Select(l => l.Model).Distinct(StringComparer.Ordinal)];
    }

    private static CacheNode? Closure(PromptNode node, Dictionary<string, PromptNode> byId)
    {
        var parts = new Dictionary<string, CacheNodePart>(StringComparer.Ordinal);
        return Add(node, byId, parts) is { } id ? new(id, [.. parts.Values.DistinctBy(p => p.Id)]) : null;
    }

    // What a caller sends or a seed changes is different each time: keeping it would fill the memory with things that never come again.
    private static string? Add(PromptNode node, Dictionary<string, PromptNode> byId, Dictionary<string, CacheNodePart> parts)
    {
        if (parts.TryGetValue(node.Id, out var known))
        {
            return known.Id;
        }

        if (parts.Count >= MostParts || node.Class.IsOutputNode || node.Class.Inputs.Any(i => i.IsSeed || i.Upload is not null))
        {
            return null;
        }

        var inputs = ImmutableArray.CreateBuilder<PromptInput>();
        foreach (var input in node.Inputs)
        {
            if (input.Link is not { } link)
            {
                inputs.Add(input);
            }
            else if (byId.TryGetValue(link.Node, out var source) && Add(source, byId, parts) is { } id)
            {
                inputs.Add(input with { Link = link with { Node = id } });
            }
            else
            {
                return null;
            }
        }

        var json = Encoding.UTF8.GetString(PromptWriter.Write(node with { Title = null, Inputs = inputs.ToImmutable() }));
        var part = new CacheNodePart(
            $"comfyfunc:cache:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..24]}", json);
        parts[node.Id] = part;
        return part.Id;
    }
}
