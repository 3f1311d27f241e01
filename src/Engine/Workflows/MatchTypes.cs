using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Gives inputs and outputs that share one type the types that their links leave them: an input what all others bring, an output what every
/// input brings.
/// </summary>
/// <param name="layout">The layout of the node's class.</param>
/// <param name="inputs">The node's inputs, with what is linked into them: any type where nothing is.</param>
internal sealed class MatchTypes(NodeLayout layout, ImmutableArray<MatchingInput> inputs)
{
    public string OfInput(int at) => inputs[at] is { Match: { } match } input
        ? Common([input.Type, .. Brought(match, at)]) ?? input.Type : inputs[at].Type;

    public ImmutableArray<string> Outputs => [.. layout.Outputs.Select((type, i) => OfOutput(type, i))];

    private string OfOutput(string type, int output) =>
        output < layout.OutputMatches.Length && layout.OutputMatches[output] is { } match ? Common([.. Brought(match, -1)]) ?? type : type;

    private IEnumerable<string> Brought(string match, int but) =>
        inputs.Where((i, at) => i.Match == match && at != but).Select(i => i.Brought);

    /// <summary>What all of the types have in common; <see langword="null"/> when that is nothing.</summary>
    private static string? Common(string[] types)
    {
        string[]? common = null;
        foreach (var type in types.Where(t => t is not InputType.Wildcard))
        {
            var parts = type.Split(',', StringSplitOptions.TrimEntries);
            common = common is null ? parts : [.. common.Where(c => parts.Contains(c, StringComparer.OrdinalIgnoreCase))];
        }

        return common is null ? InputType.Wildcard : common.Length == 0 ? null : string.Join(',', common);
    }
}

/// <summary>An input of a node and what is linked into it.</summary>
/// <param name="Match">What has one type in common with it.</param>
internal readonly record struct MatchingInput(string Type, string? Match, string Brought);
