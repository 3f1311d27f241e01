using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>Whether the queue moves, and how long it is.</summary>
[View("QueueHead")]
internal sealed record QueueHead
{
    [Description("Whether nobody gets a slot.")]
    public required bool Paused { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? PausedAt { get; init; }

    [Description("How many runs wait: all for administrators, their own for others.")]
    public required int Total { get; init; }
}

/// <summary>The queue as a caller sees it.</summary>
[View("Queue"), Description("The runs that wait for a slot, by priority and age.")]
internal sealed record CentralQueueView
{
    [Description("Whether nobody gets a slot.")]
    public required bool Paused { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? PausedAt { get; init; }

    [Description("How many runs wait: all for administrators, their own for others.")]
    public required int Total { get; init; }

    [Description("The first of them.")]
    public required ImmutableArray<WaitingView> Waiting { get; init; }
}

/// <summary>One run that waits.</summary>
[View("QueueEntry")]
internal sealed record WaitingView
{
    public required string Run { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    [Description("Administrators: whose it is.")]
    public string? Client { get; init; }

    public string? Batch { get; init; }

    public required int Priority { get; init; }

    [Description("How many wait before it, as far as priority and age decide.")]
    public required int Position { get; init; }

    public required DateTimeOffset Since { get; init; }

    [Description("Until when it must have begun, where it has not.")]
    public DateTimeOffset? StartBy { get; init; }

    public required WaitReasonView WaitsFor { get; init; }

    [Description("By the times that hosts have shown; null where they have not shown enough."),
     JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? ExpectedStartAt { get; init; }
}

/// <summary>Why a run has no slot yet.</summary>
[View("WaitReason")]
internal sealed record WaitReasonView
{
    [Words("queue_paused", "no_host", "no_capable_host", "host_offline", "host_quarantined", "host_draining", "host_warming_up",
        "foreign_work", "slots_busy", "models_loading", "held_for_models", "others_first", "being_placed")]
    public required string Code { get; init; }

    public required string Message { get; init; }
}
