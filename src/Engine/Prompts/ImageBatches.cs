using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>Makes a batch of several images on a loader that takes one: more such loaders, joined by ImageBatch nodes.</summary>
internal static class ImageBatches
{
    private const string Prefix = "comfyfunc:batch:";

    // Of ImageBatch only the name matters here: it is written, never asked.
    // It is right there.
    private static readonly NodeClass Join =
        NodeCatalog.Read("""{"ImageBatch":{"input":{"required":{"image1":["IMAGE"],"image2":["IMAGE"]}},"output":["IMAGE"]}}"""u8.ToArray())
        .Find("ImageBatch")!;

    public static ImmutableArray<PromptNode> Expand(ImmutableArray<PromptNode> nodes, IEnumerable<Assignment> batches,
        IReadOnlyList<string> fileNames)
    {
        foreach (var batch in batches)
        {
            nodes = Expand(nodes, batch, fileNames);
        }

        return nodes;
    }

    /// <summary>The node of the workflow that an added one was made from.</summary>
    public static string OriginOf(string nodeId) =>
        nodeId.StartsWith(Prefix, StringComparison.Ordinal) ? nodeId[Prefix.Length..nodeId.LastIndexOf(':')] : nodeId;

    private static ImmutableArray<PromptNode> Expand(ImmutableArray<PromptNode> nodes, Assignment batch, IReadOnlyList<string> fileNames)
    {
        if (nodes.FirstOrDefault(n => n.Id == batch.Node) is not { } loader)
        {
            return nodes;
        }

        var added = new List<PromptNode>();
        var last = new NodeLink(loader.Id, 0);
        for (var i = 1; i < batch.Files.Length; i++)
        {
            var more = loader with
            {
                Id = $"{Prefix}{loader.Id}:load{i}",
                Title = null,
                Annotations = Annotations.None,
                Inputs = [.. loader.Inputs.Select(input => input.Name == batch.Input
                    ? new PromptInput(input.Name, Literal(fileNames[batch.Files[i]]), null) : input)],
            };
            var join = new PromptNode($"{Prefix}{loader.Id}:join{i}", Join, null,
                [Linked("image1", last), Linked("image2", new(more.Id, 0))]);
            added.AddRange([more, join]);
            last = new(join.Id, 0);
        }

        var from = new NodeLink(loader.Id, 0);
        return [.. nodes.Select(n => Redirect(n, from, last)), .. added];
    }

    private static PromptNode Redirect(PromptNode node, NodeLink from, NodeLink to) => node.Inputs.Any(i => i.Link == from)
        ? node with { Inputs = [.. node.Inputs.Select(i => i.Link == from ? i with { Link = to } : i)] }
        : node;

    private static PromptInput Linked(string name, NodeLink link) => new(name, default, link);

    private static JsonElement Literal(string text) => JsonSerializer.SerializeToElement(text);
}
