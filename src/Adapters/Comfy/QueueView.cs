using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>A host's queue in the order in which it will run.</summary>
public sealed record QueueView(ImmutableArray<PromptId> Running, ImmutableArray<PromptId> Pending)
{
    internal static QueueView Read(JsonElement queue) => new([.. Items(queue, "queue_running")], [.. Items(queue, "queue_pending")]);

    private static IEnumerable<PromptId> Items(JsonElement queue, string name) => queue.Member(name).Items()
        .Where(i => i.ValueKind is JsonValueKind.Array && i.GetArrayLength() > 1 && i[1].ValueKind is JsonValueKind.String)
        .OrderBy(i => i[0].Number() ?? 0)
        .Select(i => Guid.TryParse(i[1].Text(), out var id) ? new PromptId(id) : default); // Others' ids may be anything; they count as places in the queue.
}
