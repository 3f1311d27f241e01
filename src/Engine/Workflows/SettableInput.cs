using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>What callers may set of one node: an input that it has, or that another choice would bring.</summary>
internal sealed record SettableInput(PromptNode Node, NodeInput Input, ContractChoice? OfChoice = null)
{
    /// <summary>What callers call it.</summary>
    public string Name { get => field ?? Input.Name; init; }

    /// <summary>All of them by one tag.</summary>
    public static IEnumerable<SettableInput> Of(PromptNode node, Tag tag)
    {
        ImmutableArray<NodeInput> exposed = [.. tag.ExposedOf(node)];
        var brought = exposed.Any(i => i.IsSelector && node.Find(i.Name)?.Link is null) ? Brought(node, tag, exposed) : [];
        return exposed.Select(i => brought.Remove(i.Name, out var settable) ? settable
                : new(node, i.IsSelector ? i with { Options = [.. i.Options.Where(o => CanChoose(node, tag, i, o))] } : i))
            .ToArray().Concat(brought.Values);
    }

    // The inputs of choices that calls may make, as all of these choices have them.
    private static OrderedDictionary<string, SettableInput> Brought(PromptNode node, Tag tag, ImmutableArray<NodeInput> exposed)
    {
        var selectors = exposed.Where(i => i.IsSelector).ToDictionary(i => i.Name, StringComparer.Ordinal);
        var choosable = new Dictionary<InputChoice, bool>();
        var brought = new OrderedDictionary<string, SettableInput>(StringComparer.Ordinal);
        foreach (var input in node.Class.PossibleInputs)
        {
            if (input.BroughtBy is not { } choice || !selectors.TryGetValue(choice.Selector, out var selector) || !tag.Exposes(node, input)
                || !Choosable(choice, selector))
            {
                continue;
            }

            if (input.IsSelector)
            {
                selectors.TryAdd(input.Name, input);
            }

            var isSaved = node.Class.Find(input.Name) is not null;
            var known = input with { Default = input.Initial.ValueKind is JsonValueKind.Undefined ? null : input.Initial };
            brought[input.Name] = brought.GetValueOrDefault(input.Name) is { OfChoice: { } of } other
                ? new(node, Merged(other.Input, known), of with { Values = [.. of.Values, choice.Key] })
                : new(node, known, new(choice.Selector, [choice.Key], isSaved));
        }

        return brought;

        bool Choosable(InputChoice choice, NodeInput selector) => choosable.TryGetValue(choice, out var known) ? known
            : choosable[choice] = CanChoose(node, tag, selector, JsonSerializer.SerializeToElement(choice.Key));
    }

    // A choice that wants a link which nobody can make is none.
    private static bool CanChoose(PromptNode node, Tag tag, NodeInput selector, JsonElement key) =>
        node.Class.Find(selector.Name) is null
        || Choosing.Lacking(Choosing.Apply(node, new Dictionary<string, JsonElement> { [selector.Name] = key }), selector.Name)
            .All(i => tag.Exposes(node, i));

    private static NodeInput Merged(NodeInput one, NodeInput other) => one with
    {
        Type = one.ValueType == other.ValueType ? one.Type : InputType.Wildcard,
        ValueType = one.ValueType == other.ValueType ? one.ValueType : InputType.Wildcard,
        Min = one.Min is { } a && other.Min is { } b ? Math.Min(a, b) : null,
        Max = one.Max is { } c && other.Max is { } d ? Math.Max(c, d) : null,
        Step = one.Step == other.Step ? one.Step : null,
        Options = [.. one.Options, .. other.Options.Where(o => !one.Offers(o))],
        ListsOptions = one.ListsOptions && other.ListsOptions,
        Upload = one.Upload == other.Upload ? one.Upload : null,
        Default = one.Default is { } e && other.Default is { } f && JsonElement.DeepEquals(e, f) ? e : null,
        IsSeed = one.IsSeed && other.IsSeed,
        IsMultiline = one.IsMultiline || other.IsMultiline,
    };
}
