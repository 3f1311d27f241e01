using ComfyFunc.ComfySim.Media;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes that really work on pixels.</summary>
internal static class ImageNodes
{
    private static readonly string[] Methods = ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"];

    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "LoadImage", DisplayName = "Load Image", Category = "image", Required = [In.InputFile("image", "image_upload")],
            Returns = ["IMAGE", "MASK"],
            Check = new("image",
                (v, folders) => File.Exists(folders.PathOfInput(Python.Py.Str(v))) ? null : $"Invalid image file: {Python.Py.Str(v)}"),
            IsChanged = (inputs, folders) => HashOf(folders.PathOfInput(Python.Py.Str(inputs["image"]))),
            Run = NodeClass.Sync(c =>
            {
                var picture = Load(c);
                return NodeResult.Of(new ImageBatch([picture]), new MaskBatch([Pixels.AlphaMask(picture)]));
            }),
        },
        Node("EmptyImage", "image",
            [In.Int("width", 512, 1, 16384, 1), In.Int("height", 512, 1, 16384, 1), In.Int("batch_size", 1, 1, 4096),
                In.Int("color", 0, 0, 0xFFFFFF, 1, display: "color")], c =>
        {
            var color = c.Int("color");
            return new ImageBatch(
                [.. Enumerable.Range(0, c.Int("batch_size"))
                    .Select(_ => Pixels.Fill(c.Int("width"), c.Int("height"),
                        new SKColor((byte)(color >> 16), (byte)(color >> 8), (byte)color)))]);
        }),
        Node("ImageScale", "image/upscaling",
            [In.Link("image", "IMAGE"), In.Choice("upscale_method", Methods), In.Int("width", 512, 0, 16384, 1),
                In.Int("height", 512, 0, 16384, 1), In.Choice("crop", "disabled", "center")], c =>
        {
            var image = c.Image("image");
            var (width, height) = (c.Int("width"), c.Int("height"));
            width = width > 0 ? width : height * image.Width / Math.Max(1, image.Height);
            height = height > 0 ? height : width * image.Height / Math.Max(1, image.Width);
            return image.Map(p => Pixels.Scale(p, width, height, c.Text("upscale_method")));
        }, "Upscale Image"),
        Node("ImageScaleBy", "image/upscaling",
            [In.Link("image", "IMAGE"), In.Choice("upscale_method", Methods), In.Float("scale_by", 1.0, 0.01, 8.0, 0.01)], c =>
            c.Image("image")
            .Map(p => Pixels.Scale(p, (int)Math.Round(p.Width * c.Float("scale_by")), (int)Math.Round(p.Height * c.Float("scale_by")),
                c.Text("upscale_method"))), "Upscale Image By"),
        Node("ImageInvert", "image", [In.Link("image", "IMAGE")], c => c.Image("image").Map(Pixels.Invert), "Invert Image"),
        Node("ImageCrop", "image/transform",
            [In.Link("image", "IMAGE"), In.Int("width", 512, 1, 16384, 1), In.Int("height", 512, 1, 16384, 1), In.Int("x", 0, 0, 16384, 1),
                In.Int("y", 0, 0, 16384, 1)], c =>
            c.Image("image")
            .Map(p => Pixels.Crop(p, Math.Min(c.Int("x"), p.Width - 1), Math.Min(c.Int("y"), p.Height - 1), c.Int("width"),
                c.Int("height"))), "Image Crop"),
        Node("ImageBlur", "image/postprocessing",
            [In.Link("image", "IMAGE"), In.Int("blur_radius", 1, 1, 31, 1), In.Float("sigma", 1.0, 0.1, 10.0, 0.1)], c =>
            c.Image("image").Map(p => Pixels.Blur(p, (float)c.Float("sigma")))),
        Node("ImageBlend", "image/postprocessing",
            [In.Link("image1", "IMAGE"), In.Link("image2", "IMAGE"), In.Float("blend_factor", 0.5, 0.0, 1.0, 0.01),
                In.Choice("blend_mode", "normal", "multiply", "screen", "overlay", "soft_light", "difference")], c =>
            c.Image("image1").Map(p => Pixels.Blend(p, c.Image("image2").Pictures[0], c.Float("blend_factor")))),
        Node("ImageBatch", "image", [In.Link("image1", "IMAGE"), In.Link("image2", "IMAGE")], c =>
        {
            var first = c.Image("image1");
            return new ImageBatch(
                [.. first.Pictures, .. c.Image("image2").Pictures.Select(p => Pixels.Scale(p, first.Width, first.Height, "bilinear"))]);
        }, "Batch Images"),
        Node("ImageFromBatch", "image/batch",
            [In.Link("image", "IMAGE"), In.Int("batch_index", 0, 0, 4095), In.Int("length", 1, 1, 4096)], c =>
            new ImageBatch([.. c.Image("image").Pictures.Skip(Math.Min(c.Int("batch_index"), c.Image("image").Pictures.Count - 1))
                .Take(c.Int("length"))])),
        Node("ImagePadForOutpaint", "image",
            [In.Link("image", "IMAGE"), In.Int("left", 0, 0, 16384, 8), In.Int("top", 0, 0, 16384, 8), In.Int("right", 0, 0, 16384, 8),
                In.Int("bottom", 0, 0, 16384, 8), In.Int("feathering", 40, 0, 16384, 1)],
            c => c.Image("image").Map(p => Pixels.Pad(p, c.Int("left"), c.Int("top"), c.Int("right"), c.Int("bottom"))),
            "Pad Image for Outpainting"),
        new()
        {
            Name = "ImageCompositeMasked", Category = "image",
            Required = [In.Link("destination", "IMAGE"), In.Link("source", "IMAGE"), In.Int("x", 0, 0, 16384, 1),
                In.Int("y", 0, 0, 16384, 1), In.Bool("resize_source", false)],
            Optional = [In.Link("mask", "MASK")], Returns = ["IMAGE"],
            Run = NodeClass.Sync(
                c => NodeResult.Of(c.Image("destination")
                    .Map(p => Pixels.Over(p, c.Image("source").Pictures[0], c.Int("x"), c.Int("y"),
                        c.Has("mask") ? c.Mask("mask").Pictures[0] : null)))),
        },
    ];

    public static SKBitmap Load(NodeContext c)
    {
        var path = c.Folders.PathOfInput(c.Text("image"));
        return Decode(path)
            ?? throw new Python.PythonException("PIL.UnidentifiedImageError", $"cannot identify image file {Python.Py.Quote(path)}");
    }

    /// <returns>The picture in a file; null when there is none.</returns>
    public static SKBitmap? Decode(string path)
    {
        using var decoded = File.Exists(path) ? SKBitmap.Decode(path) : null;
        return decoded?.Copy(SKColorType.Rgba8888);
    }

    public static string HashOf(string path) =>
        File.Exists(path) ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))) : "";

    private static NodeClass Node(string name, string category, InputSpec[] inputs, Func<NodeContext, ImageBatch> run,
        string? display = null) => new()
        {
            Name = name,
            DisplayName = display,
            Category = category,
            Required = inputs,
            Returns = ["IMAGE"],
            Run = NodeClass.Sync(c => NodeResult.Of(run(c))),
        };
}
