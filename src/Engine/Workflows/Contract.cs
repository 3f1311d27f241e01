using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Workflows;

/// <summary>The typed inputs and outputs that a workflow version exposes to callers.</summary>
public sealed record Contract(ImmutableArray<ContractTag> Tags, ImmutableArray<ContractOutput> Outputs)
{
    /// <summary>An input by its tag, in any case.</summary>
    public ContractInput? Find(string tag, string input) =>
        Tags.FirstOrDefault(t => t.Name.Equals(tag, StringComparison.OrdinalIgnoreCase))?.Inputs
            .FirstOrDefault(i => i.Name.Equals(input, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a caller of <paramref name="before"/> would notice.</summary>
    public static ImmutableArray<ContractDifference> Compare(Contract before, Contract after) => [.. ContractComparison.Of(before, after)];
}

/// <summary>A name that callers use, and what it lets them set.</summary>
/// <param name="CanBypass">Whether <c>"tag": false</c> takes its nodes out of the run.</param>
public sealed record ContractTag(string Name, ImmutableArray<ContractNode> Nodes, bool CanBypass, ImmutableArray<ContractInput> Inputs);

/// <summary>A node behind a tag.</summary>
public sealed record ContractNode(string Id, string Class);

/// <summary>One value that a caller may set.</summary>
public sealed record ContractInput
{
    public required string Name { get; init; }

    /// <summary>One of <see cref="InputType.OfContracts"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What the saved workflow has.</summary>
    public JsonElement? Default { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public decimal? Step { get; init; }

    /// <summary>What an ENUM offers, on any host of the pool.</summary>
    public ImmutableArray<JsonElement>? Options { get; init; }

    /// <summary>What kind of file a FILE is: one of <see cref="Media.MediaKind.OfInputs"/>.</summary>
    public string? Upload { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Multiline { get; init; }

    /// <summary>Whether a fresh value is drawn for each run that does not set it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Seed { get; init; }

    /// <summary>Whether every call must set it: the saved value is a file that no host has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Required { get; init; }

    public string? Tooltip { get; init; }

    /// <summary>
    /// The choices without which nodes do not have it; <see langword="null"/> when it does not depend on what a call chooses.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContractChoice? OfChoice { get; init; }
}

/// <summary>Values of another input of the tag, with one of which an input may be set.</summary>
/// <param name="IsSaved">Whether the saved workflow has one of them, so that a call need not set it.</param>
public sealed record ContractChoice(string Input, ImmutableArray<string> Values, bool IsSaved);

/// <summary>A result by its tag.</summary>
/// <param name="Kind">A <see cref="Media.MediaKind"/>.</param>
public sealed record ContractOutput(string Tag, string Kind, ImmutableArray<string> Nodes);

/// <summary>One difference between two versions' contracts.</summary>
public sealed record ContractDifference(string Kind, string Detail, bool IsBreaking, string Pointer);
