using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Makes the prompt of one attempt: values, then call bypasses, seeds, files and cache nodes, over a workflow that it never touches.
/// </summary>
public static class PromptCompiler
{
    private const string CacheBreakerInput = "comfyfunc_again";

    /// <param name="fileNames">What each file is called on the host, by its index.</param>
    /// <param name="seeds">What was drawn where <see cref="SeedPlan"/> says so.</param>
    public static CompiledPrompt Compile(Workflow workflow, CallValues values, IReadOnlyList<string> fileNames,
        IReadOnlyList<DrawnSeed> seeds, CompileOptions options)
    {
        var patches = Patches(values, fileNames, seeds);
        var nodes = workflow.NodesOf(values);
        if (patches.Count > 0 || options.CacheBreaker is not null)
        {
            nodes = [.. nodes.Select(n => Patch(n, patches.GetValueOrDefault(n.Id), options.CacheBreaker))];
        }

        nodes = ImageBatches.Expand(nodes, values.Assignments.Where(a => a.Files.Length > 1), fileNames);
        nodes = Bypass.Apply(nodes, values.Bypassed.ToHashSet(StringComparer.Ordinal));
        nodes = options.Host is { } host ? PromptSpelling.For(host, nodes) : nodes;
        return new(workflow, nodes, Write(workflow, nodes, options.CacheNodes));
    }

    private static Dictionary<string, Dictionary<string, JsonElement>> Patches(CallValues values, IReadOnlyList<string> fileNames,
        IReadOnlyList<DrawnSeed> seeds)
    {
        var patches = new Dictionary<string, Dictionary<string, JsonElement>>(StringComparer.Ordinal);
        foreach (var assignment in values.Assignments)
        {
            if (assignment.Seed is not null)
            {
                Of(assignment.Node).Remove(assignment.Input); // The word takes back what was said before it.
            }
            else
            {
                Of(assignment.Node)[assignment.Input] = assignment.Value
                    ?? JsonSerializer.SerializeToElement(fileNames[assignment.Files[0]]);
            }
        }

        foreach (var seed in seeds)
        {
            Of(seed.Node)[seed.Input] = JsonSerializer.SerializeToElement(seed.Value);
        }

        return patches;

        Dictionary<string, JsonElement> Of(string node) =>
            patches.TryGetValue(node, out var known) ? known : patches[node] = new(StringComparer.Ordinal);
    }

    private static PromptNode Patch(PromptNode node, Dictionary<string, JsonElement>? patch, string? cacheBreaker)
    {
        if (patch is { Count: > 0 })
        {
            var added = patch.Where(p => node.Find(p.Key) is null).Select(p => new PromptInput(p.Key, p.Value, null));
            node = node with
            {
                Inputs = [.. node.Inputs.Select(i => patch.TryGetValue(i.Name, out var value) ? new(i.Name, value, null) : i), .. added]
            };
        }

        return cacheBreaker is not null && node.Class.IsOutputNode
            ? node with { Inputs = node.Inputs.Add(new(CacheBreakerInput, JsonSerializer.SerializeToElement(cacheBreaker), null)) }
            : node;
    }

    private static ReadOnlyMemory<byte> Write(Workflow workflow, ImmutableArray<PromptNode> nodes, ImmutableArray<CacheNode> cacheNodes)
    {
        var buffer = new ArrayBufferWriter<byte>(workflow.PromptJson.Length + 1024);
        using var writer = new Utf8JsonWriter(buffer, PromptWriter.Options);
        writer.WriteStartObject();
        foreach (var node in nodes)
        {
            writer.WritePropertyName(node.Id);
            if (ReferenceEquals(workflow.Find(node.Id), node))
            {
                writer.WriteRawValue(workflow.Written(node.Id), skipInputValidation: true);
            }
            else
            {
                PromptWriter.WriteNode(writer, node);
            }
        }

        foreach (var part in cacheNodes.SelectMany(c => c.Parts).DistinctBy(p => p.Id))
        {
            writer.WritePropertyName(part.Id);
            writer.WriteRawValue(Encoding.UTF8.GetBytes(part.Json), skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
