using ComfyFunc.ComfySim.Execution;
using ComfyFunc.ComfySim.Media;
using ComfyFunc.ComfySim.Models;
using SkiaSharp;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>Samplers: steps that take time, show progress and previews, and can be interrupted between them.</summary>
internal static class SamplerNodes
{
    private static readonly System.Numerics.BigInteger LargestSeed = ulong.MaxValue;
    private static readonly string[] Samplers = ["euler", "euler_cfg_pp", "euler_ancestral", "heun", "dpm_2", "lms", "dpmpp_2m",
        "dpmpp_2m_sde", "dpmpp_sde", "ddpm", "lcm", "res_multistep", "ddim", "uni_pc"];
    private static readonly string[] Schedulers = ["simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal",
        "linear_quadratic", "kl_optimal"];

    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "KSampler", Category = "sampling",
            Required = [
                In.Link("model", "MODEL"), In.Int("seed", 0, 0, LargestSeed, randomize: true), In.Int("steps", 20, 1, 10000),
                In.Float("cfg", 8.0, 0.0, 100.0, 0.1, round: 0.01),
                In.Choice("sampler_name", Samplers), In.Choice("scheduler", Schedulers), In.Link("positive", "CONDITIONING"),
                In.Link("negative", "CONDITIONING"), In.Link("latent_image", "LATENT"), In.Float("denoise", 1.0, 0.0, 1.0, 0.01),
            ],
            Returns = ["LATENT"],
            Run = c => SampleAsync(c, "seed", c.Float("denoise")),
        },
        new()
        {
            Name = "KSamplerAdvanced", DisplayName = "KSampler (Advanced)", Category = "sampling",
            Required = [
                In.Link("model", "MODEL"), In.Choice("add_noise", "enable", "disable"),
                In.Int("noise_seed", 0, 0, LargestSeed, randomize: true), In.Int("steps", 20, 1, 10000),
                In.Float("cfg", 8.0, 0.0, 100.0, 0.1, round: 0.01),
                In.Choice("sampler_name", Samplers), In.Choice("scheduler", Schedulers), In.Link("positive", "CONDITIONING"),
                In.Link("negative", "CONDITIONING"), In.Link("latent_image", "LATENT"),
                In.Int("start_at_step", 0, 0, 10000), In.Int("end_at_step", 10000, 0, 10000),
                In.Choice("return_with_leftover_noise", "disable", "enable"),
            ],
            Returns = ["LATENT"],
            Run = c => SampleAsync(c, "noise_seed", 1),
        },
    ];

    private static async ValueTask<NodeResult> SampleAsync(NodeContext c, string seedInput, double denoise)
    {
        var latent = c.Get<Latent>("latent_image", "shape");
        var text = c.Get<Conditioning>("positive", "shape").Text;
        await c.WorkAsync(c.Memory.Use(c.Get<LoadedModel>("model", "model"), c.Prompt.PromptId));
        var done = latent with { Seed = c.Seed(seedInput), Text = text, Denoise = denoise };
        var steps = c.Int("steps");
        var seconds = c.Options.StepSeconds * latent.Width * latent.Height * latent.Count / (512.0 * 512);
        for (var step = 1; step <= steps; step++)
        {
            await c.WorkAsync(seconds);
            c.Progress(step, steps, () => Peek(done, (double)step / steps));
        }

        return NodeResult.Of(done);
    }

    private static Preview Peek(Latent latent, double clarity)
    {
        using var picture = Landscape.Paint(Math.Max(16, latent.Width / 4), Math.Max(16, latent.Height / 4), latent.Seed, latent.Text);
        using var blurred = Pixels.Blur(picture, (float)(1 + ((1 - clarity) * 12)));
        using var data = blurred.Encode(SKEncodedImageFormat.Jpeg, 70);
        return new(data.ToArray());
    }
}
