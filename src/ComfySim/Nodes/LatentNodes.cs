using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Models;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>A simulated latent: its size in pixels, and the recipe of the picture that it will decode to.</summary>
internal sealed record Latent(int Width, int Height, int Count, ulong Seed = 0, string Text = "", IReadOnlyList<SKBitmap>? Start = null,
    double Denoise = 1);

/// <summary>Nodes that make latents and decode them.</summary>
internal static class LatentNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        Empty("EmptyLatentImage", "Empty Latent Image", 512, 8),
        Empty("EmptySD3LatentImage", "EmptySD3LatentImage", 1024, 16),
        new()
        {
            Name = "LatentUpscale", DisplayName = "Upscale Latent", Category = "latent",
            Required = [In.Link("samples", "LATENT"),
                In.Choice("upscale_method", "nearest-exact", "bilinear", "area", "bicubic", "bislerp"), In.Int("width", 512, 0, 16384, 8),
                In.Int("height", 512, 0, 16384, 8), In.Choice("crop", "disabled", "center")],
            Returns = ["LATENT"],
            Run = NodeClass.Sync(c => NodeResult.Of(Of(c) with { Width = c.Int("width"), Height = c.Int("height") })),
        },
        new()
        {
            Name = "LatentUpscaleBy", DisplayName = "Upscale Latent By", Category = "latent",
            Required = [In.Link("samples", "LATENT"),
                In.Choice("upscale_method", "nearest-exact", "bilinear", "area", "bicubic", "bislerp"),
                In.Float("scale_by", 1.5, 0.01, 8.0, 0.01)], Returns = ["LATENT"],
            Run = NodeClass.Sync(
                c => NodeResult.Of(
                    Of(c) with { Width = (int)(Of(c).Width * c.Float("scale_by")), Height = (int)(Of(c).Height * c.Float("scale_by")) })),
        },
        new()
        {
            Name = "VAEDecode", DisplayName = "VAE Decode", Category = "latent",
            Required = [In.Link("samples", "LATENT"), In.Link("vae", "VAE")], Returns = ["IMAGE"],
            Run = async c =>
            {
                await c.WorkAsync(c.Memory.Use(c.Get<LoadedModel>("vae", "decode"), c.Prompt.PromptId) + 0.05);
                return NodeResult.Of(Decode(Of(c)));
            },
        },
        new()
        {
            Name = "VAEEncode", DisplayName = "VAE Encode", Category = "latent",
            Required = [In.Link("pixels", "IMAGE"), In.Link("vae", "VAE")], Returns = ["LATENT"],
            Run = NodeClass.Sync(c => NodeResult.Of(Encode(c.Image("pixels")))),
        },
        new()
        {
            Name = "VAEEncodeForInpaint", DisplayName = "VAE Encode (for Inpainting)", Category = "latent/inpaint",
            Required = [In.Link("pixels", "IMAGE"), In.Link("vae", "VAE"), In.Link("mask", "MASK"), In.Int("grow_mask_by", 6, 0, 64, 1)],
            Returns = ["LATENT"],
            Run = NodeClass.Sync(c => NodeResult.Of(Encode(c.Image("pixels")))),
        },
    ];

    public static Latent Of(NodeContext c) => c.Get<Latent>("samples", "shape");

    private static Latent Encode(ImageBatch image) => new(image.Width, image.Height, image.Pictures.Count, Start: image.Pictures);

    private static ImageBatch Decode(Latent latent) => new([.. Enumerable.Range(0, latent.Count).Select(i =>
    {
        var dream = Landscape.Paint(latent.Width, latent.Height, latent.Seed + (ulong)i, latent.Text);
        return latent.Start is { } start
            ? Pixels.Blend(Pixels.Scale(start[i % start.Count], latent.Width, latent.Height, "bicubic"), dream, latent.Denoise) : dream;
    })]);

    private static NodeClass Empty(string name, string display, int size, int step) => new()
    {
        Name = name,
        DisplayName = display,
        Category = "latent",
        Required = [In.Int("width", size, 16, 16384, step), In.Int("height", size, 16, 16384, step), In.Int("batch_size", 1, 1, 4096)],
        Returns = ["LATENT"],
        Run = NodeClass.Sync(c => NodeResult.Of(new Latent(c.Int("width"), c.Int("height"), c.Int("batch_size")))),
    };
}
