using System.Collections.Concurrent;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>The model files that a host claims to have, by folder, and the files in its input directory.</summary>
internal sealed class ModelShelf(SimOptions options, SimFolders folders)
{
    private static readonly string[] FolderNames =
    [
        "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models",
        "embeddings", "diffusers",
        "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes", "hypernetworks", "photomaker", "classifiers",
        "model_patches", "audio_encoders",
    ];

    private static readonly Dictionary<string, string[]> Usual = new()
    {
        ["checkpoints"] = ["dreamshaper_8.safetensors", "juggernaut_xl.safetensors", "sd_xl_base_1.0.safetensors",
            "stable_audio_open_1.0.safetensors", "v1-5-pruned-emaonly-fp16.safetensors"],
        ["diffusion_models"] = ["flux1-dev-fp8.safetensors", "wan2.1_t2v_1.3B_fp16.safetensors"],
        ["text_encoders"] = ["clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors", "umt5_xxl_fp8_e4m3fn_scaled.safetensors"],
        ["vae"] = ["ae.safetensors", "vae-ft-mse-840000-ema-pruned.safetensors", "wan_2.1_vae.safetensors"],
        ["loras"] = ["add_detail.safetensors", "pixel_art_xl.safetensors", "style/watercolor.safetensors"],
        ["controlnet"] = ["control_v11p_sd15_canny.safetensors"],
        ["upscale_models"] = ["4x-UltraSharp.pth", "RealESRGAN_x2.pth"],
        ["clip_vision"] = ["clip_vision_h.safetensors"],
        ["embeddings"] = ["easynegative.safetensors"],
    };

    public static IReadOnlyList<string> Folders => FolderNames;

    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> changed = new();

    public SimFolders Disk => folders;

    /// <summary>As they are now: a file that comes or goes is seen by whoever asks next.</summary>
    public IEnumerable<string> Files(string folder) => changed.TryGetValue(folder, out var now) ? now : AtFirst(folder);

    public void Add(string folder, string file) =>
        changed.AddOrUpdate(folder, f => With(AtFirst(f), file), (_, now) => With(now, file));

    public void Remove(string folder, string file) =>
        changed.AddOrUpdate(folder, f => [.. AtFirst(f).Where(n => n != file)], (_, now) => [.. now.Where(n => n != file)]);

    private static string[] With(IEnumerable<string> files, string file) =>
        [.. files.Append(file).Distinct().Order(StringComparer.Ordinal)];

    private IReadOnlyList<string> AtFirst(string folder) =>
        options.Models.TryGetValue(folder, out var given) ? given : Usual.TryGetValue(folder, out var usual) ? usual : [];

    public IEnumerable<string> InputFiles() => folders.InputFiles();

    public IEnumerable<string> FilesIn(string subfolder) => Directory.Exists(Path.Combine(folders.Input, subfolder))
        ? Directory.EnumerateFiles(Path.Combine(folders.Input, subfolder)).Select(f => $"{subfolder}/{Path.GetFileName(f)}")
        .Order(StringComparer.Ordinal)
        : [];
}
