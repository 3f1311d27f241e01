using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>How a prompt ended and what it returned, as <c>/history</c> has it: the truth that events only hint at.</summary>
public sealed record HistoryEntry(
    PromptId Prompt, PromptEnd End, ImmutableArray<NodeOutput> Outputs, bool FullyCached, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt)
{
    /// <summary>The nodes whose results were still in the cache.</summary>
    public ImmutableArray<string> CachedNodes { get; init; } = [];

    /// <summary>Reads one entry; tolerant of everything that is not needed.</summary>
    public static HistoryEntry Read(PromptId prompt, JsonElement entry)
    {
        var messages = Messages(entry).ToArray();
        var cached = CachedIn(messages).ToImmutableArray();
        return new(prompt, EndOf(entry, messages), [.. ReadOutputs(entry)], IsFullyCached(entry, messages, cached.Length),
            TimeOf(messages.FirstOrDefault()), TimeOf(messages.LastOrDefault()))
        {
            CachedNodes = cached,
        };
    }

    private static PromptEnd EndOf(JsonElement entry, (string Event, JsonElement Data)[] messages)
    {
        // Old servers have no status for what ended well.
        var status = entry.Member("status");
        if (status.ValueKind is not JsonValueKind.Object || status.Text("status_str") == "success")
        {
            return new PromptEnd.Succeeded();
        }

        var (name, data) = messages.LastOrDefault(m => m.Event is "execution_error" or "execution_interrupted");
        return name == "execution_interrupted"
            ? new PromptEnd.Interrupted()
            : new PromptEnd.Failed(NameIn(data, "node_id"), NameIn(data, "node_type"), NameIn(data, "exception_type") ?? "Error",
                (NameIn(data, "exception_message") ?? "The node failed without a message.").Trim());
    }

    private static IEnumerable<NodeOutput> ReadOutputs(JsonElement entry)
    {
        var meta = entry.Member("meta");
        return entry.Member("outputs").Members()
            .Select(n => new NodeOutput(n.Name, NameIn(meta.Member(n.Name), "display_node"), [.. OutputItem.ReadAll(n.Value)]));
    }

    // With no node left to execute, everything came from the cache.
    private static bool IsFullyCached(JsonElement entry, (string Event, JsonElement Data)[] messages, int cached) =>
        messages.Any(m => m.Event == "execution_cached") && entry.Member("prompt").Items()
        .ElementAtOrDefault(2) is { ValueKind: JsonValueKind.Object } prompt && cached >= prompt.Members().Count();

    private static IEnumerable<string> CachedIn((string Event, JsonElement Data)[] messages) =>
        messages.FirstOrDefault(m => m.Event == "execution_cached").Data.Member("nodes").Items().Select(n => n.Text()).OfType<string>();

    private static IEnumerable<(string Event, JsonElement Data)> Messages(JsonElement entry) =>
        entry.Member("status").Member("messages").Items()
            .Where(m => m.ValueKind is JsonValueKind.Array && m.GetArrayLength() == 2 && m[0].ValueKind is JsonValueKind.String)
            .Select(m => (m[0].Text() ?? "", m[1]));

    private static DateTimeOffset? TimeOf((string Event, JsonElement Data) message) =>
        message.Data.Number("timestamp") is { } ms and >= 0 and < 1e14 ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;

    // Ids are numbers in some packs.
    private static string? NameIn(JsonElement data, string name) =>
        data.Text(name) ?? data.Number(name)?.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How a prompt ended.</summary>
public abstract record PromptEnd
{
    private PromptEnd() { }

    public sealed record Succeeded : PromptEnd;

    public sealed record Failed(string? Node, string? NodeClass, string ExceptionType, string Message) : PromptEnd
    {
        public bool IsOutOfMemory => ExceptionType.Contains("OutOfMemoryError", StringComparison.Ordinal);
    }

    public sealed record Interrupted : PromptEnd;
}

/// <summary>What one node returned.</summary>
/// <param name="DisplayNode">The node of the submitted prompt that it stands for, when a node expanded into others.</param>
public sealed record NodeOutput(string Node, string? DisplayNode, ImmutableArray<OutputItem> Items);
