using System.Collections.Immutable;

namespace ComfyFunc.Server.Telemetry;

/// <summary>One metric: what it is called, in what it is counted, and by what its values are told apart.</summary>
/// <param name="Unit">As UCUM writes it.</param>
public sealed record Metric(string Name, MetricKind Kind, string Unit, string Description, ImmutableArray<string> Attributes)
{
    public static Metric Runs { get; } = new("comfyfunc.runs", MetricKind.Counter, "{run}", "Ended runs.",
        [Attribute.Workflow, Attribute.Outcome, Attribute.Error]);

    public static Metric Duration { get; } = new("comfyfunc.run.duration", MetricKind.Histogram, "s",
        "Runs from acceptance to end.", [Attribute.Workflow, Attribute.Outcome]);

    public static Metric Queue { get; } = Part("queue", "Runs without a host.");

    public static Metric Stage { get; } = Part("stage", "From a run's slot until its input files are on the host.");

    public static Metric HostQueue { get; } = Part("host_queue", "Runs in their hosts' own queues.");

    public static Metric Load { get; } = Part("load", "Executing nodes that read model files.");

    public static Metric Execution { get; } = Part("execution", "Executing all other nodes.");

    public static Metric Copy { get; } = Part("copy", "From the end of the execution to that of the run.");

    public static Metric Models { get; } = new("comfyfunc.run.models", MetricKind.Counter, "{run}", "Where runs had their models from.",
        [Attribute.Workflow, Attribute.Models]);

    public static Metric Attempts { get; } = new("comfyfunc.attempts", MetricKind.Counter, "{attempt}", "Placements of ended runs.",
        [Attribute.Host, Attribute.AttemptResult]);

    public static Metric GpuTime { get; } = new("comfyfunc.gpu.time", MetricKind.Counter, "s", "GPU-seconds of ended runs.",
        [Attribute.Workflow]);

    public static Metric InputSize { get; } = new("comfyfunc.input.size", MetricKind.Counter, "By", "Input files of ended runs.",
        [Attribute.Workflow]);

    public static Metric OutputSize { get; } = new("comfyfunc.output.size", MetricKind.Counter, "By", "Output files of ended runs.",
        [Attribute.Workflow]);

    public static Metric Quarantines { get; } = new("comfyfunc.quarantines", MetricKind.Counter, "{quarantine}",
        "How often hosts were put into quarantine.", [Attribute.Host]);

    public static Metric Deliveries { get; } = new("comfyfunc.webhook.deliveries", MetricKind.Counter, "{delivery}",
        "Tries to deliver webhooks.", [Attribute.WebhookEvent, Attribute.DeliveryResult]);

    public static Metric StorageRequests { get; } = new("comfyfunc.storage.requests", MetricKind.Counter, "{request}",
        "Requests to storage.", [Attribute.StorageService, Attribute.StorageOperation]);

    public static Metric StorageFaults { get; } = new("comfyfunc.storage.faults", MetricKind.Counter, "{fault}",
        "Requests that storage did not serve.", []);

    public static Metric QueueLength { get; } = new("comfyfunc.queue.length", MetricKind.Gauge, "{run}", "Runs that wait for a slot.", []);

    public static Metric Hosts { get; } = new("comfyfunc.hosts", MetricKind.Gauge, "{host}", "Hosts of the pool.", [Attribute.HostStatus]);

    public static Metric Slots { get; } = new("comfyfunc.host.slots", MetricKind.Gauge, "{slot}", "Slots of the pool.",
        [Attribute.Host, Attribute.SlotState]);

    /// <summary>As docs/telemetry.md lists them.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        Runs, Duration, Queue, Stage, HostQueue, Load, Execution, Copy, Models, Attempts, GpuTime, InputSize, OutputSize, Quarantines,
        Deliveries, StorageRequests, StorageFaults, QueueLength, Hosts, Slots,
    ];

    private static Metric Part(string part, string description) =>
        new($"comfyfunc.run.{part}.duration", MetricKind.Histogram, "s", description, [Attribute.Workflow]);
}

/// <summary>What a metric does.</summary>
public enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Tells how often something took how long.</summary>
    Histogram,

    /// <summary>Says how much there is.</summary>
    Gauge,
}
