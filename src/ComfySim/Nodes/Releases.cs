namespace ComfyFunc.ComfySim.Nodes;

/// <summary>How the node classes of newer ComfyUI releases differ from those of 0.3.64.</summary>
internal static class Releases
{
    private static readonly Version FirstNew = new(0, 29);

    // The classes that still list their choices in the place of a type.
    private static readonly HashSet<string> OldCombos =
    [
        "CLIPLoader", "CLIPVisionLoader", "CheckpointLoaderSimple", "ControlNetLoader", "ImageScale", "ImageScaleBy",
        "KSampler", "KSamplerAdvanced",
        "LatentUpscale", "LatentUpscaleBy", "LoadImage", "LoadImageMask", "LoraLoader", "LoraLoaderModelOnly", "UNETLoader", "VAELoader",
    ];

    private static readonly Dictionary<string, string> Passed = new()
    {
        ["SaveImage"] = "IMAGE",
        ["PreviewImage"] = "IMAGE",
        ["SaveAnimatedWEBP"] = "IMAGE",
        ["SaveAnimatedPNG"] = "IMAGE",
        ["SaveAudio"] = "AUDIO",
        ["PreviewAudio"] = "AUDIO",
        ["SaveLatent"] = "LATENT",
        ["PreviewAny"] = "STRING",
    };

    public static bool IsNew(SimOptions options) => Version.Parse(options.ComfyVersion) >= FirstNew;

    public static NodeClass AsIn(SimOptions options, NodeClass node) => IsNew(options) ? PassOn(Restyle(node)) : node;

    private static NodeClass Restyle(NodeClass node) => node with
    {
        Required = [.. node.Required.Select(i => Restyle(node, i))],
        Optional = [.. node.Optional.Select(i => Restyle(node, i))],
    };

    private static InputSpec Restyle(NodeClass node, InputSpec input)
    {
        if (node.Name == "PrimitiveInt")
        {
            return input with { Options = new PyDict(input.Options ?? []) { ["control_after_generate"] = "fixed" } };
        }

        return input.Choices is null || OldCombos.Contains(node.Name)
            ? input
            : input with { IsNewStyle = true, Options = new PyDict(input.Options ?? []) { ["multiselect"] = false } };
    }

    /// <summary>What an output node saves or shows, it also hands on.</summary>
    private static NodeClass PassOn(NodeClass node)
    {
        if (!Passed.TryGetValue(node.Name, out var type))
        {
            return node;
        }

        var source = node.Required[0].Name;
        return node with
        {
            Returns = [type],
            ReturnNames = [type == "STRING" ? type : source],
            Run = async c => (await node.Run(c)) with { Outputs = [type == "STRING" ? c.Text(source) : c.Value(source)] },
        };
    }
}
