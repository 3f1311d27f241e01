using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Pool;

/// <summary>What a call's prompt asks of a host, and the names under which its times and its failures are remembered.</summary>
public sealed record Workload
{
    /// <summary>The workflow and its version, such as <c>portrait@3</c>: what times are learned for.</summary>
    public required string Name { get; init; }

    /// <summary>A hash of the version and the caller's values; seeds that the façade drew are none of them.</summary>
    public string Inputs { get; init; } = "";

    public Requirements Needs { get; init; } = new();

    /// <summary>The model files that its loaders read.</summary>
    public ImmutableArray<ModelFile> Models { get; init; } = [];

    /// <summary>Those of them that the author marked <c>[!cache]</c>.</summary>
    public ImmutableArray<string> Pinned { get; init; } = [];

    /// <summary>The largest request that staging its files takes; 0 without files.</summary>
    public long LargestUploadBytes { get; init; }

    public Demands Demands { get; init; } = Demands.None;

    public static Workload Of(string name, string inputs, CompiledPrompt prompt, Demands demands) => new()
    {
        Name = name,
        Inputs = inputs,
        Needs = prompt.Requirements,
        Models = [.. prompt.Requirements.Models.Select(o => new ModelFile(o.Value, o.LoadPriorSeconds))],
        Pinned = CacheNodes.ModelsOf(prompt),
        Demands = demands,
    };
}

/// <summary>A model file of a prompt.</summary>
/// <param name="PriorSeconds">What loading one of its kind takes as long as nobody has seen it.</param>
public readonly record struct ModelFile(string Name, double PriorSeconds);

/// <summary>What a workflow or a call demands of its host beyond what the prompt names.</summary>
public sealed record Demands
{
    private const double Gigabyte = 1 << 30;

    public static Demands None { get; } = new();

    /// <summary>Labels that the host must carry, with these values.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>GPU memory of the host's largest device, at least.</summary>
    public long MinVramBytes { get; init; }

    /// <summary>The bytes of as many gigabytes as a caller or an author asks for.</summary>
    public static long BytesOf(double gigabytes) => (long)(gigabytes * Gigabyte);

    public static double GigabytesOf(long bytes) => Math.Round(bytes / Gigabyte, 3);

    /// <summary>The one host that will do: a warm-up runs on the host that it warms.</summary>
    public HostId? Host { get; init; }

    /// <summary>Both demands together; where they name one label, the more particular wins.</summary>
    public Demands And(Demands particular) => new()
    {
        Labels = Labels.SetItems(particular.Labels),
        MinVramBytes = Math.Max(MinVramBytes, particular.MinVramBytes),
        Host = particular.Host ?? Host,
    };

    /// <summary>The same text for the same demands.</summary>
    [JsonIgnore]
    public string Key => Labels.IsEmpty && MinVramBytes == 0 && Host is null ? ""
        : $"{string.Join(',', Labels.Select(l => $"{l.Key}={l.Value}"))}|{MinVramBytes}|{Host}";
}
