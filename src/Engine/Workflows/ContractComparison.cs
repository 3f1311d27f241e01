using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Compares contracts from a caller's side: a call that was right and no longer is, breaks.</summary>
internal static class ContractComparison
{
    public static IEnumerable<ContractDifference> Of(Contract before, Contract after) =>
        [.. Tags(before, after), .. Outputs(before, after)];

    private static IEnumerable<ContractDifference> Tags(Contract before, Contract after)
    {
        foreach (var old in before.Tags)
        {
            if (after.Tags.FirstOrDefault(t => Same(t.Name, old.Name)) is not { } tag)
            {
                yield return new("tagRemoved", $"The tag '{old.Name}' is gone.", true, JsonPointer.Of(old.Name));
                continue;
            }

            foreach (var difference in Inputs(old, tag))
            {
                yield return difference;
            }
        }

        foreach (var added in after.Tags.Where(t => !before.Tags.Any(o => Same(o.Name, t.Name))))
        {
            yield return new("tagAdded", $"The tag '{added.Name}' is new.", false, JsonPointer.Of(added.Name));
        }
    }

    private static IEnumerable<ContractDifference> Inputs(ContractTag before, ContractTag after)
    {
        foreach (var old in before.Inputs)
        {
            var pointer = JsonPointer.Of(before.Name, old.Name);
            if (after.Inputs.FirstOrDefault(i => i.Name == old.Name) is not { } input)
            {
                yield return new("inputRemoved", $"The input '{old.Name}' of '{before.Name}' is gone.", true, pointer);
            }
            else if (input.Type != old.Type)
            {
                yield return new("typeChanged", $"'{old.Name}' was {old.Type} and is {input.Type}.", true, pointer);
            }
            else
            {
                foreach (var difference in Values(old, input, pointer))
                {
                    yield return difference;
                }
            }
        }

        foreach (var added in after.Inputs.Where(i => before.Inputs.All(o => o.Name != i.Name)))
        {
            yield return new("inputAdded", $"The input '{added.Name}' of '{before.Name}' is new.", false,
                JsonPointer.Of(before.Name, added.Name));
        }
    }

    private static IEnumerable<ContractDifference> Values(ContractInput old, ContractInput now, string pointer)
    {
        if (now.Min > (old.Min ?? decimal.MinValue) || now.Max < (old.Max ?? decimal.MaxValue))
        {
            yield return new("rangeNarrowed", $"'{old.Name}' took {old.Min} to {old.Max} and takes {now.Min} to {now.Max}.", true, pointer);
        }

        if (old.Options is { } offered && now.Options is { } offers
            && offered.Where(o => !offers.Any(n => JsonElement.DeepEquals(o, n))).ToArray() is { Length: > 0 } gone)
        {
            yield return new("optionsRemoved", $"'{old.Name}' no longer offers {string.Join(", ", gone.Take(10))}.", true, pointer);
        }

        if (old.Default is { } was && now.Default is { } isNow && !JsonElement.DeepEquals(was, isNow))
        {
            yield return new("defaultChanged",
                $"The default of '{old.Name}' was {was.GetRawText()} and is {isNow.GetRawText()}.", false, pointer);
        }
    }

    private static IEnumerable<ContractDifference> Outputs(Contract before, Contract after)
    {
        foreach (var old in before.Outputs)
        {
            var output = after.Outputs.FirstOrDefault(o => Same(o.Tag, old.Tag));
            if (output is null)
            {
                yield return new("outputRemoved", $"The output '{old.Tag}' is gone.", true, JsonPointer.Of("outputs", old.Tag));
            }
            else if (output.Kind != old.Kind)
            {
                yield return new("outputKindChanged", $"The output '{old.Tag}' was {old.Kind} and is {output.Kind}.", true,
                    JsonPointer.Of("outputs", old.Tag));
            }
        }

        foreach (var added in after.Outputs.Where(o => !before.Outputs.Any(b => Same(b.Tag, o.Tag))))
        {
            yield return new("outputAdded", $"The output '{added.Tag}' is new.", false, JsonPointer.Of("outputs", added.Tag));
        }
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
