using System.Collections.Immutable;
using System.ComponentModel;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>How far a host's list of workflows is in step.</summary>
[View("HostSync")]
public sealed record HostSyncView
{
    [Description("Whether the host is given the published workflows.")]
    public required bool On { get; init; }

    [Description("By name, where one host is shown.")]
    public ImmutableSortedDictionary<string, SyncedWorkflowView>? Workflows { get; init; }
}

/// <summary>One workflow on one host.</summary>
[View("SyncedWorkflow")]
public sealed record SyncedWorkflowView
{
    public const string Current = "current";
    public const string Pending = "pending";
    public const string Failed = "failed";
    public const string NoGraph = "noGraph";

    [Description("The newest.")]
    public required int Version { get; init; }

    [Description("current: the host has it. pending: not yet. noGraph: it was saved as a prompt alone, and is not sent.")]
    [Words(Current, Pending, Failed, NoGraph)]
    public required string State { get; init; }

    [Description("Why it is not current.")]
    public string? Reason { get; init; }

    [Description("Since when it is so.")]
    public required DateTimeOffset At { get; init; }

    [Description("The file on the host that holds what was edited there last.")]
    public string? KeptAs { get; init; }
}
