using System.Buffers.Binary;
using System.Security.Cryptography;
using ComfyFunc.ComfySim.Execution;
using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Models;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Stubs;

/// <summary>A value of a type that no built-in node works with.</summary>
internal sealed record StubValue(string Type);

/// <summary>
/// What a described class yields: what it was given of the same type, or something small that built-in nodes can work with.
/// </summary>
internal static class StubValues
{
    private const int Side = 64;
    private const double ModelGigabytes = 0.1;

    /// <returns>A value for every output; those that are there already stay.</returns>
    public static object?[] Fill(NodeClass node, NodeContext c, object?[] given) =>
        [.. node.Returns.Select((type, slot) => slot < given.Length ? given[slot] : Handed(node, slot, c) ?? MadeUp(type, node, c))];

    /// <summary>The second output of a type hands on the second input of that type, or the last that there is.</summary>
    private static object? Handed(NodeClass node, int slot, NodeContext c)
    {
        var type = node.Returns[slot];
        var inputs = node.Inputs.Where(i => i.Type == type || i.Type == NodeTypes.Any || type == NodeTypes.Any)
            .Select(i => c.Value(i.Name)).Where(v => IsA(type, v)).ToList();
        var rank = node.Returns.Take(slot).Count(t => t == type);
        return inputs.ElementAtOrDefault(rank) ?? inputs.LastOrDefault();
    }

    private static bool IsA(string type, object? value) => type switch
    {
        "IMAGE" => value is ImageBatch,
        "MASK" => value is MaskBatch,
        "LATENT" => value is Latent,
        "CONDITIONING" => value is Conditioning,
        "AUDIO" => value is Sound,
        "MESH" => value is Mesh,
        "INT" => Py.IsInt(value),
        "FLOAT" => value is not bool && Py.IsNumber(value),
        "BOOLEAN" => value is bool,
        "STRING" or "COMBO" => value is string,
        "MODEL" or "CLIP" or "VAE" or "CONTROL_NET" or "UPSCALE_MODEL" or "CLIP_VISION" => value is LoadedModel,
        NodeTypes.Any or NodeTypes.Matching => value is not null,
        _ => value is StubValue stub && stub.Type == type,
    };

    private static object? MadeUp(string type, NodeClass node, NodeContext c) => type switch
    {
        "IMAGE" or NodeTypes.Any or NodeTypes.Matching => FromFile(node, c) ?? new ImageBatch([Landscape.Paint(Side, Side, SeedOf(c), node.Name)]),
        "MASK" => new MaskBatch([Pixels.Fill(Side, Side, SkiaSharp.SKColors.White)]),
        "LATENT" => new Latent(Side, Side, 1, SeedOf(c), node.Name),
        "CONDITIONING" => new Conditioning(node.Name),
        "AUDIO" => MediaNodes.Tone(0.1, 440),
        "MESH" => Mesh.Tetrahedron,
        "INT" => 0L,
        "FLOAT" => 0.0,
        "BOOLEAN" => false,
        "STRING" or "COMBO" => node.Name,
        "MODEL" or "CLIP" or "VAE" or "CONTROL_NET" or "UPSCALE_MODEL" or "CLIP_VISION" =>
            new LoadedModel(node.Name, ModelGigabytes, c.Prompt.PromptId),
        _ => new StubValue(type),
    };

    private static ImageBatch? FromFile(NodeClass node, NodeContext c) =>
        node.Inputs.Where(i => i.TakesFiles && c.Has(i.Name))
            .Select(i => ImageNodes.Decode(c.Folders.PathOfInput(c.Text(i.Name))))
            .FirstOrDefault(p => p is not null) is { } picture
            ? new([picture])
            : null;

    /// <summary>The same inputs give the same picture, and others another.</summary>
    private static ulong SeedOf(NodeContext c) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(PyJson.Bytes(GraphLinks.InputsOf(c.Prompt.Prompt, c.NodeId))));
}
