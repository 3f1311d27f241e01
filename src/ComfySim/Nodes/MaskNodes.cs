using ComfyFunc.ComfySim.Media;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes between pictures and masks.</summary>
internal static class MaskNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "LoadImageMask", DisplayName = "Load Image (as Mask)", Category = "mask",
            Required = [In.InputFile("image", "image_upload"), In.Choice("channel", "alpha", "red", "green", "blue")], Returns = ["MASK"],
            Check = new("image",
                (v, folders) => File.Exists(folders.PathOfInput(Python.Py.Str(v))) ? null : $"Invalid image file: {Python.Py.Str(v)}"),
            IsChanged = (inputs, folders) => ImageNodes.HashOf(folders.PathOfInput(Python.Py.Str(inputs["image"]))),
            Run = NodeClass.Sync(
                c => NodeResult.Of(
                    new MaskBatch(
                        [c.Text("channel") == "alpha" ? Pixels.AlphaMask(ImageNodes.Load(c))
                            : Pixels.Channel(ImageNodes.Load(c), c.Text("channel"))]))),
        },
        new()
        {
            Name = "ImageToMask", DisplayName = "Convert Image to Mask", Category = "mask",
            Required = [In.Link("image", "IMAGE"), In.Choice("channel", "red", "green", "blue", "alpha")], Returns = ["MASK"],
            Run = NodeClass.Sync(
                c => NodeResult.Of(new MaskBatch([.. c.Image("image").Pictures.Select(p => Pixels.Channel(p, c.Text("channel")))]))),
        },
        new()
        {
            Name = "MaskToImage", DisplayName = "Convert Mask to Image", Category = "mask", Required = [In.Link("mask", "MASK")],
            Returns = ["IMAGE"],
            Run = NodeClass.Sync(c => NodeResult.Of(new ImageBatch(c.Mask("mask").Pictures))),
        },
        new()
        {
            Name = "InvertMask", Category = "mask", Required = [In.Link("mask", "MASK")], Returns = ["MASK"],
            Run = NodeClass.Sync(c => NodeResult.Of(new MaskBatch([.. c.Mask("mask").Pictures.Select(Pixels.Invert)]))),
        },
    ];
}
