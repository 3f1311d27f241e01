using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// What the graph of a workflow says of a node that a prompt has no words for. It stands in the node's <c>_meta.comfyfunc</c>, which
/// ComfyUI passes over.
/// </summary>
public sealed record NodeNotes
{
    private const string Member = "comfyfunc";

    public static NodeNotes None { get; } = new();

    /// <summary>Inputs of the node that callers set by tags of nodes that are not in the prompt.</summary>
    public ImmutableArray<CarriedTag> Tags { get; init; } = [];

    /// <summary>The inputs whose saved text has choices, <c>{a|b}</c>, of which each run draws its own.</summary>
    public ImmutableArray<string> DynamicPrompts { get; init; } = [];

    /// <summary>The inputs in whose saved text <c>%date:…%</c> stands for the date of the run.</summary>
    public ImmutableArray<string> Dates { get; init; } = [];

    /// <summary>The seeds that the editor leaves as they are from one run to the next.</summary>
    public ImmutableArray<string> FixedSeeds { get; init; } = [];

    public bool IsEmpty => Tags.IsEmpty && DynamicPrompts.IsEmpty && Dates.IsEmpty && FixedSeeds.IsEmpty;

    /// <summary>Whether a node's <c>_meta</c> has any.</summary>
    internal static bool AreIn(JsonElement meta) => meta.ValueKind is JsonValueKind.Object && meta.TryGetProperty(Member, out _);

    /// <param name="meta">The node's <c>_meta</c>.</param>
    /// <param name="pointer">Where it is.</param>
    internal static NodeNotes Read(JsonElement meta, string pointer, List<Fault> faults)
    {
        if (!meta.TryGetProperty(Member, out var given))
        {
            return None;
        }

        pointer = JsonPointer.Under(pointer, Member);
        if (given.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(Fault(pointer, "comfyfunc is an object with tags, dynamicPrompts, dates and fixedSeeds."));
            return None;
        }

        var notes = None;
        foreach (var member in given.EnumerateObject())
        {
            var at = JsonPointer.Under(pointer, member.Name);
            notes = member.Name switch
            {
                "tags" => notes with { Tags = ReadTags(member.Value, at, faults) },
                "dynamicPrompts" => notes with { DynamicPrompts = ReadNames(member.Value, at, faults) },
                "dates" => notes with { Dates = ReadNames(member.Value, at, faults) },
                "fixedSeeds" => notes with { FixedSeeds = ReadNames(member.Value, at, faults) },
                _ => Refuse(notes, at, member.Name, faults),
            };
        }

        return notes;
    }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Member);
        if (!Tags.IsEmpty)
        {
            writer.WriteStartArray("tags"u8);
            foreach (var tag in Tags)
            {
                writer.WriteStartObject();
                writer.WriteString("tag"u8, tag.Tag);
                writer.WriteString("name"u8, tag.Name);
                writer.WriteString("input"u8, tag.Input);
                if (tag.Kind is not null)
                {
                    writer.WriteString("kind"u8, tag.Kind);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        WriteNames(writer, "dynamicPrompts", DynamicPrompts);
        WriteNames(writer, "dates", Dates);
        WriteNames(writer, "fixedSeeds", FixedSeeds);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, string member, ImmutableArray<string> names)
    {
        if (names.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray(member);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static ImmutableArray<CarriedTag> ReadTags(JsonElement value, string pointer, List<Fault> faults)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.EnumerateArray().Any(t => Tag(t) is null))
        {
            faults.Add(Fault(pointer, "tags is an array of objects with tag, name and input, and kind where it is a file."));
            return [];
        }

        return [.. value.EnumerateArray().Select(Tag).OfType<CarriedTag>()];
    }

    private static CarriedTag? Tag(JsonElement value) =>
        Text(value, "tag") is { } tag && Text(value, "name") is { } name && Text(value, "input") is { } input
            ? new(tag, name, input, Text(value, "kind")) : null;

    private static string? Text(JsonElement value, string member) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(member, out var text) && text.ValueKind is JsonValueKind.String
        && text.GetString() is { Length: > 0 } found ? found : null;

    private static ImmutableArray<string> ReadNames(JsonElement value, string pointer, List<Fault> faults)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.EnumerateArray().Any(n => n.ValueKind is not JsonValueKind.String))
        {
            faults.Add(Fault(pointer, "This is an array of the names of inputs."));
            return [];
        }

        return [.. value.EnumerateArray().Select(n => n.GetString()!)]; // Each is a string, which is never null.
    }

    private static NodeNotes Refuse(NodeNotes notes, string pointer, string name, List<Fault> faults)
    {
        faults.Add(Fault(pointer, $"comfyfunc has tags, dynamicPrompts, dates and fixedSeeds, and nothing else."
            + Suggestion.Nearest(name, ["tags", "dynamicPrompts", "dates", "fixedSeeds"])));
        return notes;
    }

    private static Fault Fault(string pointer, string detail) => new(FaultCode.InvalidWorkflow, detail, pointer);
}

/// <summary>An input that a tag names which stands on another node: an instance of a subgraph, a primitive, a reroute.</summary>
/// <param name="Name">What callers call it.</param>
/// <param name="Input">What the node calls it.</param>
/// <param name="Kind">What kind of file the author says that it takes; <see langword="null"/> to go by the catalog.</param>
public sealed record CarriedTag(string Tag, string Name, string Input, string? Kind = null);
