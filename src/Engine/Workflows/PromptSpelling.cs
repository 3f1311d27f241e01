using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Fits a prompt to one host: files as the host spells them, and no node that nothing needs and the host does not know.</summary>
public static class PromptSpelling
{
    public static ImmutableArray<PromptNode> For(NodeCatalog host, ImmutableArray<PromptNode> nodes)
    {
        var needed = nodes.All(n => host.Has(n.Class.Name)) ? null : Reach.Of(nodes);
        return [.. nodes.Where(n => needed is null || needed.Contains(n.Id) || host.Has(n.Class.Name)).Select(n => Spelled(host, n))];
    }

    private static PromptNode Spelled(NodeCatalog host, PromptNode node)
    {
        var known = host.Find(node.Class.Name)?.For(node.Inputs);
        ImmutableArray<PromptInput> inputs =
            [.. node.Inputs.Select(i => i.Link is null && Spelled(host, node, i, known?.Find(i.Name)) is { } value
                ? i with { Value = value } : i)];
        return inputs.Zip(node.Inputs).All(p => ReferenceEquals(p.First, p.Second)) ? node : node with { Inputs = inputs };
    }

    private static JsonElement? Spelled(NodeCatalog host, PromptNode node, PromptInput input, NodeInput? known)
    {
        if (known is not { Type: InputType.Combo }
            && PromptLiterals.FilesWithin(input.Value).Any(f => host.SpellingOf(f) is { } own && own != f))
        {
            return JsonSerializer.SerializeToElement(Within(host, JsonNode.Parse(input.Value.GetRawText())));
        }

        if (!PromptLiterals.IsCandidate(node, input))
        {
            return null;
        }

        var text = input.Value.GetString()!; // A candidate is a string.
        var spelling = known switch
        {
            null => FileNames.IsModel(text) ? host.SpellingOf(text) : null,
            { Type: InputType.Combo } when !known.Offers(input.Value) => known.Options.Where(o => o.ValueKind is JsonValueKind.String)
                .Select(o => o.GetString()!).FirstOrDefault(o => Spelling.Normal(o) == Spelling.Normal(text)), // A string is never null.
            _ => null,
        };
        return spelling is null || spelling == text ? null : JsonSerializer.SerializeToElement(spelling);
    }

    private static JsonNode? Within(NodeCatalog host, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToArray())
                {
                    members[name] = Within(host, member?.DeepClone());
                }

                return members;
            case JsonArray items:
                return new JsonArray([.. items.Select(i => Within(host, i?.DeepClone()))]);
            default:
                return value?.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is var text && FileNames.IsModel(text)
                    && host.SpellingOf(text) is { } own ? JsonValue.Create(own) : value;
        }
    }
}
