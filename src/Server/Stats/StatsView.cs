using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Stats;

/// <summary>What ended runs of a time came to.</summary>
[View("Stats"), Description("Sums of the runs that ended in a time.")]
internal sealed record StatsView
{
    [Description("The beginning of a minute.")]
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    [Description("How wide a bucket is: the wider, the longer the time.")]
    public required int BucketSeconds { get; init; }

    public required StatsSums Totals { get; init; }

    [Description("Each of the time, also those in which nothing ended.")]
    public required ImmutableArray<StatsSums> Buckets { get; init; }

    [Description("The one with most runs first.")]
    public required ImmutableArray<StatsSums> Workflows { get; init; }

    [Description("By cause, the most frequent first, 50 at most.")]
    public required ImmutableArray<FailureView> Failures { get; init; }

    public static StatsView Of(StatsReport report) => new()
    {
        From = report.Span.From,
        To = report.Span.To,
        BucketSeconds = report.Span.BucketSeconds,
        Totals = StatsSums.Of(report.Totals),
        Buckets = [.. report.Buckets.Select(b => StatsSums.Of(b.Sums) with { At = b.At })],
        Workflows = [.. report.Workflows.Select(w => StatsSums.Of(w.Sums) with { Workflow = w.Workflow })],
        Failures = [.. report.Failures.Select(FailureView.Of)],
    };
}

/// <summary>What runs came to.</summary>
[View("StatsSums")]
internal sealed record StatsSums
{
    [Description("Of a bucket: when it begins.")]
    public DateTimeOffset? At { get; init; }

    [Description("Of a workflow: its name.")]
    public string? Workflow { get; init; }

    public required long Runs { get; init; }

    public required long Succeeded { get; init; }

    public required long Failed { get; init; }

    public required long Canceled { get; init; }

    [Description("Not begun in time.")]
    public required long Expired { get; init; }

    [Description("From acceptance to end, of those that succeeded: half took no more. Null where none did."),
     JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? P50Ms { get; init; }

    [Description("19 of 20 took no more."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? P95Ms { get; init; }

    [Description("Waiting for a host, of those that got one."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? QueueP50Ms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? QueueP95Ms { get; init; }

    [Description("Succeeded with all models in memory.")]
    public required long WarmHits { get; init; }

    [Description("Succeeded after a model was read from disk.")]
    public required long ColdLoads { get; init; }

    [Description("Succeeded without executing: ComfyUI had the result.")]
    public required long CacheHits { get; init; }

    [Description("Of all attempts.")]
    public required double GpuSeconds { get; init; }

    public required long OutputBytes { get; init; }

    public static StatsSums Of(RunSums sums) => new()
    {
        Runs = sums.Runs(),
        Succeeded = sums.Succeeded,
        Failed = sums.Failed,
        Canceled = sums.Canceled,
        Expired = sums.Expired,
        P50Ms = Rounded(sums.Times.Percentile(0.5)),
        P95Ms = Rounded(sums.Times.Percentile(0.95)),
        QueueP50Ms = Rounded(sums.Queues.Percentile(0.5)),
        QueueP95Ms = Rounded(sums.Queues.Percentile(0.95)),
        WarmHits = sums.WarmHits,
        ColdLoads = sums.ColdLoads,
        CacheHits = sums.CacheHits,
        GpuSeconds = sums.GpuSeconds,
        OutputBytes = sums.OutputBytes,
    };

    private static double? Rounded(double? milliseconds) => milliseconds is { } ms ? Math.Round(ms, 1) : null;
}

/// <summary>Runs that failed for one cause.</summary>
[View("FailureGroup"), Description("Runs that did not succeed for one cause: messages that differ in numbers alone are one.")]
internal sealed record FailureView
{
    public required string Workflow { get; init; }

    public required string Code { get; init; }

    [Description("The node that is to blame, where one is."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public FailedNode? Node { get; init; }

    [Description("That of the last of them.")]
    public required string Message { get; init; }

    public required long Count { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    public required string LastRun { get; init; }

    public static FailureView Of(FailureGroup group) => new()
    {
        Workflow = group.Failure.Workflow,
        Code = group.Failure.Code,
        Node = group.Failure is { Class: null, Tag: null } ? null : new() { Class = group.Failure.Class, Tag = group.Failure.Tag },
        Message = group.Failure.Message,
        Count = group.Count,
        LastAt = group.LastAt,
        LastRun = group.LastRun.Value,
    };
}

/// <summary>A node at which runs failed.</summary>
internal sealed record FailedNode
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Class { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Tag { get; init; }
}
