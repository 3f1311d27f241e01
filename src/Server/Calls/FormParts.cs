using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Calls;

/// <summary>One part of a form: a file, or a text. Its name is <c>tag.input</c>, or the tag alone.</summary>
/// <param name="Text">What it says; <see langword="null"/> for a file.</param>
/// <param name="IsJson">Whether the text is JSON, as its Content-Type says.</param>
/// <param name="Upload">Where the file lies.</param>
public sealed record FormPart(string Name, string? Text = null, bool IsJson = false, string? FileName = null, string Upload = "",
    string Sha256 = "");

/// <summary>
/// Puts the parts of a form where the contract has a place for them. Forms have only texts, so the contract says which are numbers.
/// </summary>
internal static class FormParts
{
    /// <param name="body">The values that came as JSON: an object.</param>
    public static (JsonElement Body, ImmutableArray<Fault> Faults) Fill(JsonElement body, ImmutableArray<FormPart> parts, Contract contract)
    {
        if (parts.IsEmpty || body.ValueKind is not JsonValueKind.Object)
        {
            return (body, []);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        var filled = JsonNode.Parse(body.GetRawText())!.AsObject(); // It is an object.
        foreach (var place in parts.GroupBy(p => PlaceOf(p, contract)))
        {
            if (Objection(place.Key, filled, [.. place]) is { } fault)
            {
                faults.Add(fault);
            }
            else if (place.Key.Input is not { } input)
            {
                filled[place.Key.Tag] = bool.Parse(place.First().Text!); // No objection, so it is one.
            }
            else
            {
                JsonNode?[] values = [.. place.Select(p => ValueOf(p, InputOf(contract, place.Key)))];
                InputsOf(filled, place.Key.Tag)[input] = values.Length == 1 ? values[0] : new JsonArray(values);
            }
        }

        return (JsonElement.Parse(filled.ToJsonString()), faults.ToImmutable());
    }

    // A tag and the name of an input may both have dots: what the contract knows decides, and else the last dot.
    private static Place PlaceOf(FormPart part, Contract contract)
    {
        if (TagOf(contract, part.Name) is { } whole)
        {
            var files = part.Text is null ? whole.Inputs.Where(i => i.Upload is not null).ToArray() : [];
            return new(whole.Name, files is [var only] ? only.Name : null, part.Name);
        }

        var splits = part.Name.Index().Where(c => c.Item == '.')
            .Select(c => new Place(part.Name[..c.Index], part.Name[(c.Index + 1)..], part.Name)).Reverse().ToArray();
        return splits.FirstOrDefault(s => InputOf(contract, s) is not null)
            ?? splits.FirstOrDefault(s => TagOf(contract, s.Tag) is not null) ?? splits.FirstOrDefault() ?? new(part.Name, null, part.Name);
    }

    private static Fault? Objection(Place place, JsonObject filled, FormPart[] parts)
    {
        var isText = parts.All(p => p.Text is not null);
        if (place.Input is null)
        {
            return parts is [{ Text: { } word }] && bool.TryParse(word, out _) ? null : new(
                FaultCode.InvalidInput,
                isText ? $"The part '{place.Part}' says no input. Name it tag.input; a part named by its tag alone is false, to bypass "
                    + $"the tag's nodes."
                    : $"The tag '{place.Tag}' has not one file input but none or several. Name the part tag.input.",
                JsonPointer.Of(place.Tag));
        }

        return place.Input.Trim().Length == 0
            ? new(FaultCode.InvalidRequest, $"The part '{place.Part}' says no input after its dot.", JsonPointer.Of(place.Part))
            : Existing(filled, place.Tag) is JsonObject inputs
            && inputs.Any(i => i.Key.Trim().Equals(place.Input.Trim(), StringComparison.OrdinalIgnoreCase))
                ? new(FaultCode.InvalidInput, "The part 'input' sets this too. Say it once.", JsonPointer.Of(place.Tag, place.Input))
            : Existing(filled, place.Tag) is not (null or JsonObject)
                ? new(FaultCode.InvalidInput, "The part 'input' says something else of this tag. Say it once.", JsonPointer.Of(place.Tag))
            : parts.Select(p => p.IsJson && StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(p.Text!)) is StrictJson.Malformed broken
                ? broken.Fault : null).OfType<Fault>().FirstOrDefault() is { } malformed
                ? malformed with { Pointer = JsonPointer.Of(place.Tag, place.Input) + malformed.Pointer }
            : null;
    }

    private static JsonNode? ValueOf(FormPart part, ContractInput? input) => part switch
    {
        { Text: null } => new JsonObject { ["type"] = "file", ["name"] = part.FileName, ["url"] = part.Upload },
        { IsJson: true } => JsonNode.Parse(part.Text),
        _ => input?.Type switch
        {
            InputType.Int or InputType.Float => Literal(part.Text, JsonValueKind.Number),
            InputType.Boolean => Literal(part.Text.ToLowerInvariant(), JsonValueKind.True, JsonValueKind.False),
            InputType.Enum => input.Options is { } options
                && options.FirstOrDefault(o => o.ToString()
                    .Equals(part.Text, StringComparison.Ordinal)) is { ValueKind: not JsonValueKind.Undefined } option
                ? JsonNode.Parse(option.GetRawText())
                : part.Text,
            _ => part.Text,
        },
    };

    // A text that is none is left as it is: the check of the values says what was expected.
    private static JsonValue Literal(string text, params ReadOnlySpan<JsonValueKind> kinds)
    {
        try
        {
            return JsonNode.Parse(text.Trim()) is JsonValue value && kinds.Contains(value.GetValueKind()) ? value : JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static ContractTag? TagOf(Contract contract, string name) =>
        contract.Tags.FirstOrDefault(t => t.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));

    private static ContractInput? InputOf(Contract contract, Place place) =>
        TagOf(contract, place.Tag)?.Inputs.FirstOrDefault(i => i.Name.Equals(place.Input?.Trim(), StringComparison.OrdinalIgnoreCase));

    private static JsonNode? Existing(JsonObject body, string tag) =>
        body.FirstOrDefault(p => p.Key.Trim().Equals(tag.Trim(), StringComparison.OrdinalIgnoreCase)).Value;

    private static JsonObject InputsOf(JsonObject body, string tag)
    {
        if (Existing(body, tag) is not JsonObject inputs)
        {
            body[tag] = inputs = [];
        }

        return inputs;
    }

    /// <param name="Input"><see langword="null"/> for the tag itself.</param>
    /// <param name="Part">The name of the part.</param>
    private sealed record Place(string Tag, string? Input, string Part)
    {
        public bool Equals(Place? other) =>
            other is not null && Tag.Trim().Equals(other.Tag.Trim(), StringComparison.OrdinalIgnoreCase)
            && string.Equals(Input?.Trim(), other.Input?.Trim(), StringComparison.OrdinalIgnoreCase);

        public override int GetHashCode() => HashCode.Combine(Tag.Trim().ToUpperInvariant(), Input?.Trim().ToUpperInvariant());
    }
}
