using System.Buffers.Binary;
using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>One message of a host's WebSocket, as far as anybody here cares.</summary>
internal abstract record HostFrame
{
    private HostFrame() { }

    /// <param name="Length">How many prompts run and wait there, anybody's.</param>
    public sealed record Queue(int Length = 0) : HostFrame;

    /// <param name="Nodes">The names that the node goes by which sent it, if the frame says so: newer servers do.</param>
    public sealed record Picture(PromptId? Prompt, Preview Preview, params IReadOnlyList<string> Nodes) : HostFrame;

    public sealed record Event(string Type, PromptId Prompt, JsonElement Data) : HostFrame
    {
        /// <summary>The end mark: it comes after the history has been written, which execution_success does not.</summary>
        public bool IsEnd => Type == "executing" && Data.Member("node").ValueKind is JsonValueKind.Null;

        public PromptProgress? Apply(WatchedPrompt prompt) => Type switch
        {
            "execution_cached" => prompt.Cached(Data.Member("nodes").Items().Select(n => n.Text()).OfType<string>()),
            "executing" when Data.Text("node") is { } node => prompt.Executing(node),
            "progress" => prompt.Step(Data.Text("node"), Data.Number("value") ?? 0, Data.Number("max") ?? 0),
            "progress_state" when Data.Member("nodes") is { ValueKind: JsonValueKind.Object } nodes => prompt.States(nodes),
            "execution_start" => prompt.Started(),
            _ => null,
        };
    }

    /// <returns><see langword="null"/> for what nobody cares about; custom nodes send what they like.</returns>
    public static HostFrame? ReadText(ReadOnlyMemory<byte> utf8)
    {
        if (HostJson.Read(utf8, "its socket") is not HostJson.Readable { Root: var message } || message.Text("type") is not { } type
            || message.Member("data") is not { ValueKind: JsonValueKind.Object } data)
        {
            return null;
        }

        return type == "status" ? new Queue((int)(data.Member("status").Member("exec_info").Member("queue_remaining").Number() ?? 0))
            : Guid.TryParse(data.Text("prompt_id"), out var prompt) ? new Event(type, new(prompt), data)
            : null;
    }

    /// <summary>Type 1 is a picture; type 4 a picture with metadata that names its prompt.</summary>
    public static HostFrame? ReadBinary(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length < 8)
        {
            return null;
        }

        var kind = BinaryPrimitives.ReadInt32BigEndian(frame.Span);
        var second = BinaryPrimitives.ReadInt32BigEndian(frame.Span[4..]);
        return kind switch
        {
            1 => new Picture(null, new(second == 2 ? "image/png" : "image/jpeg", frame[8..].ToArray())),
            4 when second >= 0 && second <= frame.Length - 8 => ReadPicture(frame.Slice(8, second), frame[(8 + second)..]),
            _ => null,
        };
    }

    private static Picture? ReadPicture(ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> picture) =>
        HostJson.Read(metadata, "its socket") is HostJson.Readable { Root: var facts }
        && Guid.TryParse(facts.Text("prompt_id"), out var prompt)
            ? new(new PromptId(prompt), new(facts.Text("image_type") ?? "image/jpeg", picture.ToArray()),
                [.. new[] { facts.Text("node_id"), facts.Text("display_node_id") }.OfType<string>()])
            : null;
}
