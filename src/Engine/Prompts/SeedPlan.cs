using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Says of every seed of a call where its value comes from: frozen ones would make every run a cached copy of the first, and drawn ones no
/// run like another.
/// </summary>
public static class SeedPlan
{
    // Seeds above 2^53 lose digits in every JavaScript client, and a seed is there to be sent back.
    private const decimal LargestDrawn = (1L << 53) - 1;

    /// <param name="hidden">What becomes of those that no tag exposes.</param>
    public static ImmutableArray<PlannedSeed> Of(Workflow workflow, CallValues values, HiddenSeeds hidden)
    {
        var nodes = workflow.NodesOf(values);
        var exposed = (from tag in workflow.TagsOf(nodes).All
                       from node in tag.Nodes
                       from named in node.Exposed
                       where named.Input.IsSeed
                       select (node.Node.Id, named.Input)).ToLookup(e => e.Id, e => e.Input, StringComparer.Ordinal);
        var set = new Dictionary<(string, string), Assignment>();
        foreach (var assignment in values.Assignments)
        {
            set[(assignment.Node, assignment.Input)] = assignment; // Of several for one input the last is meant.
        }

        var seeds = (from node in nodes
                     where !values.Bypassed.Contains(node.Id)
                     from input in node.Class.Inputs.Where(i => i.IsSeed).Concat(exposed[node.Id]).DistinctBy(i => i.Name)
                     let seed = new Seed(node, input, set.GetValueOrDefault((node.Id, input.Name)),
                         exposed[node.Id].Any(i => i.Name == input.Name))
                     where seed.IsOwn
                     select seed).ToArray();
        var isFixed = seeds.Any(s => s.IsExposed) && seeds.All(s => !s.IsExposed || s.IsFixedByCall);
        return [.. seeds.Select(s => Plan(s, OriginOf(s, hidden, isFixed), workflow)).OfType<PlannedSeed>()];
    }

    private static SeedOrigin OriginOf(Seed seed, HiddenSeeds hidden, bool isFixed) =>
        seed.Set is { Value: not null } ? SeedOrigin.Given
        : seed.Set is { Seed: { } word } ? word
        : seed.IsExposed || hidden is HiddenSeeds.Random ? SeedOrigin.Drawn
        : hidden is HiddenSeeds.Saved || seed.IsFixedByAuthor || isFixed ? SeedOrigin.Saved
        : SeedOrigin.Drawn;

    // What the saved workflow has in a seed's place may be no number; then nothing is to be told of it.
    private static PlannedSeed? Plan(Seed seed, SeedOrigin origin, Workflow workflow)
    {
        var value = origin switch
        {
            SeedOrigin.Given => NumberOf(seed.Set?.Value),
            SeedOrigin.Saved => NumberOf(seed.Saved),
            _ => null,
        };
        var (least, most) = RangeOf(seed.Input);
        return value is null && origin is not SeedOrigin.Drawn ? null
            : new(seed.Node.Id, seed.Input.Name, origin, value, least, most, workflow.TagOf(seed.Node.Id));
    }

    private static decimal? NumberOf(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var read) => decimal.Truncate(read),
        { ValueKind: JsonValueKind.String } text
            when decimal.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var read) =>
            decimal.Truncate(read),
        _ => null,
    };

    private static (decimal Least, decimal Most) RangeOf(NodeInput input)
    {
        var (min, max) = (decimal.Ceiling(input.Min ?? 0), decimal.Floor(input.Max ?? ulong.MaxValue));
        var (least, most) = (Math.Max(min, 0), Math.Min(max, LargestDrawn));
        return least <= most ? (least, most) : (min, Math.Max(min, max)); // A range beside what is drawn from is drawn from as it is.
    }

    private sealed record Seed(PromptNode Node, NodeInput Input, Assignment? Set, bool IsExposed)
    {
        public JsonElement? Saved => Node.Find(Input.Name) is { Link: null, Value: var value } ? value : null;

        /// <summary>Whether the node has a value of its own; what comes by a link is a seed of where it comes from.</summary>
        public bool IsOwn => Saved is not null || Set is { Value: not null } or { Seed: SeedOrigin.Drawn };

        /// <summary>Whether the editor leaves it as it is: its class says so, or its control does.</summary>
        public bool IsFixedByAuthor => Input.IsFixedSeed || Node.Notes.FixedSeeds.Contains(Input.Name);

        public bool IsFixedByCall => Set is { Value: not null } or { Seed: SeedOrigin.Saved };
    }
}

/// <summary>One seed of a call.</summary>
/// <param name="Value">What it is; <see langword="null"/> where it is to be drawn.</param>
/// <param name="Least">The least that may be drawn.</param>
/// <param name="Most">The most that may be drawn.</param>
/// <param name="Tag">The tag that callers know the node by.</param>
public sealed record PlannedSeed(string Node, string Input, SeedOrigin Origin, decimal? Value, decimal Least, decimal Most, string? Tag);

/// <summary>A seed that has been drawn.</summary>
public sealed record DrawnSeed(string Node, string Input, decimal Value);

/// <summary>Where a seed's value comes from.</summary>
public enum SeedOrigin
{
    /// <summary>Drawn afresh for the run.</summary>
    Drawn,

    /// <summary>As the workflow was saved.</summary>
    Saved,

    /// <summary>From the caller.</summary>
    Given,
}

/// <summary>What becomes of the seeds that no tag exposes, so that callers cannot set them.</summary>
public enum HiddenSeeds
{
    /// <summary>
    /// Kept where they are fixed or the call fixes every seed that it may set, so that the same call gives the same picture; drawn
    /// otherwise.
    /// </summary>
    Auto,

    /// <summary>Kept as saved.</summary>
    Saved,

    /// <summary>Drawn for each run.</summary>
    Random,
}
