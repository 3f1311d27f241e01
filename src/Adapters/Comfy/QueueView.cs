using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>A host's queue in the order in which it will run.</summary>
public sealed record QueueView(ImmutableArray<PromptId> Running, ImmutableArray<PromptId> Pending)
{
    /// <summary>Whether the running prompt belongs to no client: then ComfyUI tells its progress to every socket.</summary>
    public bool IsRunningAudible { get; init; }

    internal static QueueView Read(JsonElement queue) =>
        new([.. Items(queue, "queue_running")], [.. Items(queue, "queue_pending")]) { IsRunningAudible = IsAudible(queue) };

    private static bool IsAudible(JsonElement queue) =>
        queue.Member("queue_running").Items().FirstOrDefault() is { ValueKind: JsonValueKind.Array } item && item.GetArrayLength() > 3
        && item[3].Member("client_id").Text() is null;

    private static IEnumerable<PromptId> Items(JsonElement queue, string name) => queue.Member(name).Items()
        .Where(i => i.ValueKind is JsonValueKind.Array && i.GetArrayLength() > 1 && i[1].ValueKind is JsonValueKind.String)
        .OrderBy(i => i[0].Number() ?? 0)
        // Others' ids may be anything.
        .Select(i => Guid.TryParse(i[1].Text(), out var id) ? new(id) : PromptId.OfOthers(i[1].Text() ?? ""));
}
