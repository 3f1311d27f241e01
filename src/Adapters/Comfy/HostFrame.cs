using System.Buffers.Binary;
using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>One message of a host's WebSocket, as far as anybody here cares.</summary>
internal abstract record HostFrame
{
    private HostFrame() { }

    public sealed record Queue : HostFrame;

    public sealed record Picture(PromptId? Prompt, Preview Preview) : HostFrame;

    public sealed record Event(string Type, PromptId Prompt, JsonElement Data) : HostFrame
    {
        /// <summary>The end mark: it comes after the history has been written, which execution_success does not.</summary>
        public bool IsEnd => Type == "executing" && Data.TryGetProperty("node", out var node) && node.ValueKind is JsonValueKind.Null;

        public PromptProgress? Apply(WatchedPrompt prompt) => Type switch
        {
            "execution_cached" => prompt.Cached(Data),
            "executing" when Text(Data, "node") is { } node => prompt.Executing(node),
            "progress" => prompt.Step(Text(Data, "node"), Number("value"), Number("max")),
            "progress_state" when Data.TryGetProperty("nodes", out var nodes) && nodes.ValueKind is JsonValueKind.Object => prompt.States(nodes),
            "execution_start" => prompt.Started(),
            _ => null,
        };

        private double Number(string name) => Data.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble() : 0;
    }

    public static HostFrame? ReadText(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var message = JsonElement.Parse(utf8);
            if (message.ValueKind is not JsonValueKind.Object || !message.TryGetProperty("type", out var type) || type.ValueKind is not JsonValueKind.String || !message.TryGetProperty("data", out var data) || data.ValueKind is not JsonValueKind.Object)
            {
                return null;
            }

            return type.ValueEquals("status") ? new Queue()
                : data.TryGetProperty("prompt_id", out var id) && id.ValueKind is JsonValueKind.String && Guid.TryParse(id.GetString(), out var prompt) ? new Event(type.GetString()!, new(prompt), data) // A string is never null.
                : null;
        }
        catch (JsonException)
        {
            return null; // Custom nodes send what they like.
        }
    }

    /// <summary>Type 1 is a picture; type 4 a picture with metadata that names its prompt.</summary>
    public static HostFrame? ReadBinary(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 8)
        {
            return null;
        }

        var kind = BinaryPrimitives.ReadInt32BigEndian(frame);
        var second = BinaryPrimitives.ReadInt32BigEndian(frame[4..]);
        if (kind == 1)
        {
            return new Picture(null, new(second == 2 ? "image/png" : "image/jpeg", frame[8..].ToArray()));
        }

        if (kind != 4 || second < 0 || second > frame.Length - 8)
        {
            return null;
        }

        return ReadText(frame.Slice(8, second), frame[(8 + second)..]);
    }

    private static Picture? ReadText(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> picture)
    {
        try
        {
            var facts = JsonElement.Parse(metadata);
            var type = Text(facts, "image_type");
            return Guid.TryParse(Text(facts, "prompt_id"), out var prompt)
                ? new(new PromptId(prompt), new(type ?? "image/jpeg", picture.ToArray()))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind is JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
