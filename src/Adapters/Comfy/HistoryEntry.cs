using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>How a prompt ended and what it returned, as <c>/history</c> has it: the truth that events only hint at.</summary>
public sealed record HistoryEntry(
    PromptId Prompt, PromptEnd End, ImmutableArray<NodeOutput> Outputs, bool FullyCached, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>The nodes whose results were still in the cache.</summary>
    public ImmutableArray<string> CachedNodes { get; init; } = [];

    /// <summary>Reads one entry; tolerant of everything that is not needed.</summary>
    public static HistoryEntry Read(PromptId prompt, JsonElement entry)
    {
        if (entry.ValueKind is not JsonValueKind.Object)
        {
            entry = JsonSerializer.SerializeToElement(new Dictionary<string, string>());
        }

        var messages = Messages(entry).ToArray();
        return new(prompt, EndOf(entry, messages), [.. ReadOutputs(entry)], IsFullyCached(entry, messages), TimeOf(messages.FirstOrDefault()), TimeOf(messages.LastOrDefault()))
        {
            CachedNodes = [.. CachedIn(messages)],
        };
    }

    private static PromptEnd EndOf(JsonElement entry, (string Event, JsonElement Data)[] messages)
    {
        var success = entry.TryGetProperty("status", out var status) && status.ValueKind is JsonValueKind.Object
            ? status.TryGetProperty("status_str", out var text) && text.ValueKind is JsonValueKind.String && text.ValueEquals("success")
            : true; // Old servers have no status for what ended well.
        if (success)
        {
            return new PromptEnd.Succeeded();
        }

        var (name, data) = messages.LastOrDefault(m => m.Event is "execution_error" or "execution_interrupted");
        return name == "execution_interrupted"
            ? new PromptEnd.Interrupted()
            : new PromptEnd.Failed(Text(data, "node_id"), Text(data, "node_type"), Text(data, "exception_type") ?? "Error", (Text(data, "exception_message") ?? "The node failed without a message.").Trim());
    }

    private static IEnumerable<NodeOutput> ReadOutputs(JsonElement entry)
    {
        if (!entry.TryGetProperty("outputs", out var outputs) || outputs.ValueKind is not JsonValueKind.Object)
        {
            yield break;
        }

        var meta = entry.TryGetProperty("meta", out var m) && m.ValueKind is JsonValueKind.Object ? m : default;
        foreach (var node in outputs.EnumerateObject())
        {
            var display = meta.ValueKind is JsonValueKind.Object && meta.TryGetProperty(node.Name, out var facts) ? Text(facts, "display_node") : null;
            yield return new(node.Name, display, [.. OutputItem.ReadAll(node.Value)]);
        }
    }

    // With no node left to execute, everything came from the cache.
    private static bool IsFullyCached(JsonElement entry, (string Event, JsonElement Data)[] messages) =>
        messages.Any(m => m.Event == "execution_cached")
        && entry.TryGetProperty("prompt", out var prompt) && prompt.ValueKind is JsonValueKind.Array && prompt.GetArrayLength() > 2
        && prompt[2].ValueKind is JsonValueKind.Object && CachedIn(messages).Count() >= prompt[2].EnumerateObject().Count();

    private static IEnumerable<string> CachedIn((string Event, JsonElement Data)[] messages)
    {
        var cached = messages.FirstOrDefault(m => m.Event == "execution_cached").Data;
        return cached.ValueKind is JsonValueKind.Object && cached.TryGetProperty("nodes", out var nodes) && nodes.ValueKind is JsonValueKind.Array
            ? nodes.EnumerateArray().Where(n => n.ValueKind is JsonValueKind.String).Select(n => n.GetString()!) // A string is never null.
            : [];
    }

    private static IEnumerable<(string Event, JsonElement Data)> Messages(JsonElement entry) =>
        entry.TryGetProperty("status", out var status) && status.ValueKind is JsonValueKind.Object
        && status.TryGetProperty("messages", out var messages) && messages.ValueKind is JsonValueKind.Array
            ? messages.EnumerateArray().Where(m => m.ValueKind is JsonValueKind.Array && m.GetArrayLength() == 2 && m[0].ValueKind is JsonValueKind.String).Select(m => (m[0].GetString() ?? "", m[1]))
            : [];

    private static DateTimeOffset? TimeOf((string Event, JsonElement Data) message) =>
        message.Data.ValueKind is JsonValueKind.Object && message.Data.TryGetProperty("timestamp", out var time) && time.ValueKind is JsonValueKind.Number && time.TryGetDouble(out var ms) && ms is >= 0 and < 1e14
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms)
            : null;

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind is JsonValueKind.Object && data.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
                _ => null,
            }
            : null;
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
