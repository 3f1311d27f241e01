using ComfyFunc.ComfySim.Models;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>What a text encoder made of a text; here the text itself.</summary>
internal sealed record Conditioning(string Text);

/// <summary>Nodes that guide the sampler.</summary>
internal static class ConditioningNodes
{
    public static IReadOnlyList<NodeClass> All { get; } =
    [
        new()
        {
            Name = "CLIPTextEncode", DisplayName = "CLIP Text Encode (Prompt)", Category = "conditioning",
            Required = [In.Text("text", multiline: true, dynamicPrompts: true), In.Link("clip", "CLIP")], Returns = ["CONDITIONING"],
            Run = async c =>
            {
                await c.WorkAsync(c.Memory.Use(c.Get<LoadedModel>("clip", "tokenize"), c.Prompt.PromptId) + 0.02);
                return NodeResult.Of(new Conditioning(c.Text("text")));
            },
        },
        Pass("FluxGuidance", In.Link("conditioning", "CONDITIONING"), In.Float("guidance", 3.5, 0.0, 100.0, 0.1)),
        Pass("ConditioningZeroOut", In.Link("conditioning", "CONDITIONING")),
        new()
        {
            Name = "ConditioningCombine", DisplayName = "Conditioning (Combine)", Category = "conditioning",
            Required = [In.Link("conditioning_1", "CONDITIONING"), In.Link("conditioning_2", "CONDITIONING")], Returns = ["CONDITIONING"],
            Run = NodeClass.Sync(
                c => NodeResult.Of(
                    new Conditioning(
                        $"{c.Get<Conditioning>("conditioning_1", "shape").Text}, {c.Get<Conditioning>("conditioning_2", "shape").Text}"))),
        },
        new()
        {
            Name = "ControlNetApplyAdvanced", DisplayName = "Apply ControlNet", Category = "conditioning/controlnet",
            Required = [In.Link("positive", "CONDITIONING"), In.Link("negative", "CONDITIONING"), In.Link("control_net", "CONTROL_NET"),
                In.Link("image", "IMAGE"), In.Float("strength", 1.0, 0.0, 10.0, 0.01), In.Float("start_percent", 0.0, 0.0, 1.0, 0.001),
                In.Float("end_percent", 1.0, 0.0, 1.0, 0.001)],
            Optional = [In.Link("vae", "VAE")], Returns = ["CONDITIONING", "CONDITIONING"], ReturnNames = ["positive", "negative"],
            Run = NodeClass.Sync(c => NodeResult.Of(c.Value("positive"), c.Value("negative"))),
        },
    ];

    private static NodeClass Pass(string name, params InputSpec[] inputs) => new()
    {
        Name = name,
        Category = "advanced/conditioning",
        Required = inputs,
        Returns = ["CONDITIONING"],
        Run = NodeClass.Sync(c => NodeResult.Of(c.Value("conditioning"))),
    };
}
