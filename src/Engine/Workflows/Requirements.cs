using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace ComfyFunc.Workflows;

/// <summary>What a host must have to execute a prompt: node classes, and what its literals choose from combos (checkpoints, LoRAs, samplers…).</summary>
public sealed record Requirements
{
    public ImmutableArray<string> Classes { get; init; } = [];

    public ImmutableArray<RequiredOption> Options { get; init; } = [];

    /// <summary>The same for the same demands, so that what a host lacks is looked up once for all runs that are alike.</summary>
    public string Key { get; init; } = "";

    /// <summary>The model files among the options, by name.</summary>
    [JsonIgnore]
    public ImmutableArray<RequiredOption> Models => [.. Options.Where(o => o.IsModelFile).DistinctBy(o => o.Value)];

    /// <summary>Only what some host of the pool offered when the version was saved is demanded: other values are checked by nodes in ways of their own.</summary>
    internal static Requirements Of(IEnumerable<PromptNode> nodes)
    {
        var classes = new HashSet<string>(StringComparer.Ordinal);
        var options = new HashSet<RequiredOption>();
        foreach (var node in nodes)
        {
            classes.Add(node.Class.Name);
            foreach (var input in node.Inputs)
            {
                if (input.Link is null && node.Class.Find(input.Name) is { Type: NodeInput.Combo, Upload: null } combo
                    && input.Value.ValueKind is System.Text.Json.JsonValueKind.String && combo.Offers(input.Value))
                {
                    options.Add(new(node.Class.Name, input.Name, input.Value.GetString()!)); // A string is never null.
                }
            }
        }

        return Of(
            [.. classes.Order(StringComparer.Ordinal)],
            [.. options.OrderBy(o => o.Class, StringComparer.Ordinal).ThenBy(o => o.Input, StringComparer.Ordinal).ThenBy(o => o.Value, StringComparer.Ordinal)]);
    }

    public static Requirements Of(ImmutableArray<string> classes, ImmutableArray<RequiredOption> options)
    {
        var text = string.Join('\n', classes.Concat(options.Select(o => $"{o.Class}\t{o.Input}\t{o.Value}")));
        return new() { Classes = classes, Options = options, Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16] };
    }

    /// <summary>What the host lacks, in words for a caller; empty when it can execute the prompt.</summary>
    public ImmutableArray<string> MissingOn(NodeCatalog host) =>
    [
        .. Classes.Where(c => !host.Has(c)).Select(c => $"node class {c}"),
        .. Options.Where(o => host.Find(o.Class)?.Find(o.Input) is { Options.IsEmpty: false } combo && !combo.Options.Any(v => v.ValueKind is System.Text.Json.JsonValueKind.String && v.ValueEquals(o.Value)))
            .Select(o => $"'{o.Value}' for {o.Class}.{o.Input}"),
    ];
}

/// <summary>A value that a combo of the host must offer.</summary>
public sealed record RequiredOption(string Class, string Input, string Value)
{
    private static readonly ImmutableArray<string> ModelExtensions = [".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl"];

    /// <summary>What loading it takes, in seconds, as long as nobody has seen it: ComfyUI's loaders name their inputs for what they load.</summary>
    [JsonIgnore]
    public double LoadPriorSeconds => Input switch
    {
        _ when Input.StartsWith("lora", StringComparison.Ordinal) || Input.StartsWith("vae", StringComparison.Ordinal) || Input.StartsWith("style_model", StringComparison.Ordinal) => 0.5,
        _ when Input.StartsWith("clip", StringComparison.Ordinal) || Input.StartsWith("text_encoder", StringComparison.Ordinal) => 4,
        _ when Input.StartsWith("control_net", StringComparison.Ordinal) => 3,
        "model_name" => 1, // Upscalers, and custom nodes' helpers.
        _ => 10, // A checkpoint or a diffusion model is the bulk of it.
    };

    /// <summary>Whether the value names a file that a loader reads into memory, as ComfyUI's model folders hold them.</summary>
    [JsonIgnore]
    public bool IsModelFile => ModelExtensions.Any(e => Value.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
