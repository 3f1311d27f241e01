using ComfyFunc.ComfySim.Models;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Nodes that load models: they cost time and memory, and carry nothing else.</summary>
internal static class ModelNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "CheckpointLoaderSimple", DisplayName = "Load Checkpoint", Category = "loaders",
            Required = [In.Model("ckpt_name", "checkpoints")], Returns = ["MODEL", "CLIP", "VAE"],
            Run = async c => await LoadAsync(c, "ckpt_name") is var m ? NodeResult.Of(m, m, m) : default,
        },
        Loader("UNETLoader", "Load Diffusion Model", "MODEL", In.Model("unet_name", "diffusion_models"),
            In.Choice("weight_dtype", "default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")),
        Loader("CLIPLoader", "Load CLIP", "CLIP", In.Model("clip_name", "text_encoders"),
            In.Choice("type", "stable_diffusion", "sd3", "flux", "wan", "lumina2", "qwen_image")),
        Loader("VAELoader", "Load VAE", "VAE", In.Model("vae_name", "vae")),
        Loader("ControlNetLoader", "Load ControlNet Model", "CONTROL_NET", In.Model("control_net_name", "controlnet")),
        Loader("UpscaleModelLoader", "Load Upscale Model", "UPSCALE_MODEL", In.Model("model_name", "upscale_models")),
        Loader("CLIPVisionLoader", "Load CLIP Vision", "CLIP_VISION", In.Model("clip_name", "clip_vision")),
        new()
        {
            Name = "LoraLoader", DisplayName = "Load LoRA", Category = "loaders",
            Required = [In.Link("model", "MODEL"), In.Link("clip", "CLIP"), In.Model("lora_name", "loras"),
                In.Float("strength_model", 1.0, -100.0, 100.0, 0.01), In.Float("strength_clip", 1.0, -100.0, 100.0, 0.01)],
            Returns = ["MODEL", "CLIP"],
            Run = async c =>
            {
                await LoadAsync(c, "lora_name");
                return NodeResult.Of(c.Value("model"), c.Value("clip"));
            },
        },
        new()
        {
            Name = "LoraLoaderModelOnly", DisplayName = "LoraLoaderModelOnly", Category = "loaders",
            Required = [In.Link("model", "MODEL"), In.Model("lora_name", "loras"), In.Float("strength_model", 1.0, -100.0, 100.0, 0.01)],
            Returns = ["MODEL"],
            Run = async c =>
            {
                await LoadAsync(c, "lora_name");
                return NodeResult.Of(c.Value("model"));
            },
        },
        Pass("ModelSamplingSD3", "advanced/model", "MODEL", In.Link("model", "MODEL"), In.Float("shift", 3.0, 0.0, 100.0, 0.01)),
        Pass("ModelSamplingAuraFlow", "advanced/model", "MODEL", In.Link("model", "MODEL"), In.Float("shift", 1.73, 0.0, 100.0, 0.01)),
        Pass("CLIPSetLastLayer", "conditioning", "CLIP", In.Link("clip", "CLIP"), In.Int("stop_at_clip_layer", -1, -24, -1, 1)),
    ];

    public static async ValueTask<LoadedModel> LoadAsync(NodeContext c, string input)
    {
        var (model, seconds) = c.Memory.Load(c.Text(input), c.Prompt.PromptId);
        await c.WorkAsync(seconds);
        if (model.Gigabytes > c.Options.VramGb)
        {
            throw new Python.PythonException("torch.OutOfMemoryError",
                $"Allocation on device \n{model.File} needs {model.Gigabytes} GB, and the device has {c.Options.VramGb}.\n");
        }

        return model;
    }

    private static NodeClass Loader(string name, string display, string returns, params InputSpec[] inputs) => new()
    {
        Name = name,
        DisplayName = display,
        Category = "loaders",
        Required = inputs,
        Returns = [returns],
        Run = async c => NodeResult.Of(await LoadAsync(c, inputs[0].Name)),
    };

    private static NodeClass Pass(string name, string category, string returns, params InputSpec[] inputs) => new()
    {
        Name = name,
        Category = category,
        Required = inputs,
        Returns = [returns],
        Run = NodeClass.Sync(c => NodeResult.Of(c.Value(inputs[0].Name))),
    };
}
