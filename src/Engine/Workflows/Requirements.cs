using System.Collections.Immutable;

namespace ComfyFunc.Workflows;

/// <summary>What a host must have to execute a prompt: node classes, and what its literals choose from combos (checkpoints, LoRAs, samplers…).</summary>
public sealed record Requirements
{
    public ImmutableArray<string> Classes { get; init; } = [];

    public ImmutableArray<RequiredOption> Options { get; init; } = [];

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

        return new()
        {
            Classes = [.. classes.Order(StringComparer.Ordinal)],
            Options = [.. options.OrderBy(o => o.Class, StringComparer.Ordinal).ThenBy(o => o.Input, StringComparer.Ordinal).ThenBy(o => o.Value, StringComparer.Ordinal)],
        };
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
public sealed record RequiredOption(string Class, string Input, string Value);
