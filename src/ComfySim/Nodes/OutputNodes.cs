using System.Text.Json;
using ComfyFunc.ComfySim.Media;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes that ComfyUI executes for what they write or show.</summary>
internal static class OutputNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "SaveImage", DisplayName = "Save Image", Category = "image",
            Description = "Saves the input images to your ComfyUI output directory.", WantsMetadata = true, IsOutput = true,
            Required = [In.Link("images", "IMAGE", "The images to save."),
                In.Text("filename_prefix", "ComfyUI",
                    tooltip: "The prefix for the file to save. This may include formatting information such as %date:yyyy-MM-dd% or "
                        + "%Empty Latent Image.width% to include values from nodes.")],
            Run = NodeClass.Sync(
                c => NodeResult.Show("images",
                    c.Image("images").Pictures.Select(p => (object?)OutputFiles.Save(c, c.Text("filename_prefix"), ".png", p.Width,
                        p.Height, path => File.WriteAllBytes(path, PngFile.Encode(p, c.Metadata())))))),
        },
        new()
        {
            Name = "PreviewImage", DisplayName = "Preview Image", Category = "image", Required = [In.Link("images", "IMAGE")],
            WantsMetadata = true, IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("images",
                    c.Image("images").Pictures.Select(
                        p => (object?)OutputFiles.SaveTemp(c, ".png", path => File.WriteAllBytes(path, PngFile.Encode(p, c.Metadata())))))),
        },
        new()
        {
            Name = "SaveAnimatedWEBP", Category = "image/animation", WantsMetadata = true, IsOutput = true,
            Required = [In.Link("images", "IMAGE"), In.Text("filename_prefix", "ComfyUI"), In.Float("fps", 6.0, 0.01, 1000.0, 0.01),
                In.Bool("lossless", true), In.Int("quality", 80, 0, 100), In.Choice("method", "default", "fastest", "slowest")],
            Run = NodeClass.Sync(
                c => Animated(c, ".webp", f => AnimatedWebp.Encode(f, c.Float("fps"), c.Bool("lossless") ? 100 : c.Int("quality")))),
        },
        new()
        {
            Name = "SaveAnimatedPNG", Category = "image/animation", WantsMetadata = true, IsOutput = true,
            Required = [In.Link("images", "IMAGE"), In.Text("filename_prefix", "ComfyUI"), In.Float("fps", 6.0, 0.01, 1000.0, 0.01),
                In.Int("compress_level", 4, 0, 9)],
            Run = NodeClass.Sync(c => Animated(c, ".png", f => PngFile.EncodeAnimated(f, c.Float("fps")))),
        },
        new()
        {
            Name = "SaveAudio", DisplayName = "Save Audio (FLAC)", Category = "audio",
            Required = [In.Link("audio", "AUDIO"), In.Text("filename_prefix", "audio/ComfyUI")], WantsMetadata = true, IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("audio",
                    OutputFiles.Save(c, c.Text("filename_prefix"), ".flac", 0, 0,
                        path => File.WriteAllBytes(path, FlacFile.Encode(c.Get<Sound>("audio", "keys")))))),
        },
        new()
        {
            Name = "PreviewAudio", DisplayName = "Preview Audio", Category = "audio", Required = [In.Link("audio", "AUDIO")],
            WantsMetadata = true, IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("audio",
                    OutputFiles.SaveTemp(c, ".flac", path => File.WriteAllBytes(path, FlacFile.Encode(c.Get<Sound>("audio", "keys")))))),
        },
        new()
        {
            Name = "SaveLatent", Category = "_for_testing",
            Required = [In.Link("samples", "LATENT"), In.Text("filename_prefix", "latents/ComfyUI")], WantsMetadata = true, IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("latents",
                    OutputFiles.Save(c, c.Text("filename_prefix"), ".latent", 0, 0,
                        path => File.WriteAllBytes(path, LatentFile(LatentNodes.Of(c)))))),
        },
        new()
        {
            Name = "PreviewAny", DisplayName = "Preview Any", Category = "utils", Required = [In.Link3("source", "*")], IsOutput = true,
            Run = NodeClass.Sync(c => NodeResult.Show("text", Python.Py.Str(c.Value("source")))),
        },
        new()
        {
            Name = "SaveImageWebsocket", Category = "api/image", Required = [In.Link("images", "IMAGE")], IsOutput = true,
            // It is executed each time: a socket keeps nothing.
            IsChanged = (_, _) => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0,
            Run = NodeClass.Sync(c =>
            {
                var pictures = c.Image("images").Pictures;
                for (var i = 0; i < pictures.Count;
                    i++) { c.Progress(i, pictures.Count, () => new(PngFile.Encode(pictures[i], []), IsPng: true),
                        always: true); } return NodeResult.Of();
            }),
        },
        new()
        {
            Name = "SaveGLB", Category = "3d", Required = [In.Link("mesh", "MESH"), In.Text("filename_prefix", "mesh/ComfyUI")],
            WantsMetadata = true, IsOutput = true,
            Run = NodeClass.Sync(
                c => NodeResult.Show("3d",
                    OutputFiles.Save(c, c.Text("filename_prefix"), ".glb", 0, 0,
                        path => File.WriteAllBytes(path, c.Get<Mesh>("mesh", "vertices").ToGlb())))),
        },
    ];

    private static NodeResult Animated(NodeContext c, string extension, Func<IReadOnlyList<SkiaSharp.SKBitmap>, byte[]> encode) =>
        NodeResult.ShowAnimated("images",
            OutputFiles.Save(c, c.Text("filename_prefix"), extension, 0, 0,
                path => File.WriteAllBytes(path, encode(c.Image("images").Pictures))));

    // A safetensors file: the length of a JSON header, the header, the tensor.
    private static byte[] LatentFile(Latent latent)
    {
        var bytes = latent.Width / 8 * (latent.Height / 8) * 4 * sizeof(float);
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["latent_tensor"] = new
            {
                dtype = "F32",
                shape = new[] { 1, 4, latent.Height / 8, latent.Width / 8 },
                data_offsets = new[] { 0, bytes }
            },
        });
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[bytes]];
    }
}
