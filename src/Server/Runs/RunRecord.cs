using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Calls;

namespace ComfyFunc.Server.Runs;

/// <summary>A run's row: everything that is known of it, and the truth that callers see.</summary>
public sealed record RunRecord
{
    public required RunId Id { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    /// <summary>The version's content, kept here so that no step of the run has to look it up.</summary>
    public required string Content { get; init; }

    /// <summary>The node catalog that the call was checked against.</summary>
    public required string Catalog { get; init; }

    /// <summary>A hash of the version and the caller's values, by which a call that takes hosts down is known again.</summary>
    public string Inputs { get; init; } = "";

    /// <summary>What the workflow and the call demand of a host.</summary>
    public Demands? Demands { get; init; }

    public int Priority { get; init; }

    /// <summary>The run that this one repeats.</summary>
    public RunId? RetryOf { get; init; }

    /// <summary>The batch that made it.</summary>
    public string? Batch { get; init; }

    /// <summary>Where in the batch it stands. Rows of earlier releases do not say.</summary>
    public BatchPlace? Place { get; init; }

    /// <summary>Whom the call wants told of the run, besides the webhooks that are registered.</summary>
    public CallWebhook? Webhook { get; init; }

    /// <summary>Who called; runs of others are not found. Empty where callers are not told apart.</summary>
    public string Client { get; init; } = "";

    /// <summary>The trace id of the request that made it.</summary>
    public string? Trace { get; init; }

    /// <summary>
    /// The span that all further ones of the run are parts of, as W3C writes it; <see langword="null"/> where it is not traced.
    /// </summary>
    public string? TraceParent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>
    /// How many attempts had begun when a cancel was asked for: its place among the changes that callers are told. Rows of earlier releases
    /// do not say.
    /// </summary>
    public int? BegunBeforeCancel { get; init; }

    /// <summary>When a process last carried it on that does not drive it.</summary>
    public DateTimeOffset? TakenOverAt { get; init; }

    public required RunLimits Limits { get; init; }

    public required RunState State { get; init; }

    /// <summary>How often the process has moved on: tells a stale writer from one that only adds a cancel request.</summary>
    public int Step { get; init; }

    /// <summary>
    /// The caller's values, with every file replaced by a reference to its blob. <see langword="null"/> when they lie in
    /// <see cref="ValuesBlob"/>.
    /// </summary>
    public JsonElement? Values { get; init; }

    /// <summary>The blob that holds the values when they are too large for the row.</summary>
    public string? ValuesBlob { get; init; }

    /// <summary>
    /// What the run was called with, fit to be shown (see <see cref="GivenInputs"/>). Rows of earlier releases do not say.
    /// </summary>
    public JsonElement? Given { get; init; }

    /// <summary>Whether <see cref="Given"/> is less than what was given.</summary>
    public bool IsGivenCut { get; init; }

    /// <summary>What hosts are given beside the prompt, sealed.</summary>
    public string? ExtraData { get; init; }

    /// <summary>The caller's files by the index that the values refer to.</summary>
    public ImmutableArray<RunFile> Files { get; init; } = [];

    public ImmutableArray<RunSeed> Seeds { get; init; } = [];

    public ImmutableArray<RunAttempt> Attempts { get; init; } = [];

    /// <summary>The names of its outputs, those that came back with nothing too.</summary>
    public ImmutableArray<string> OutputTags { get; init; } = [];

    public ImmutableArray<RunArtifact> Artifacts { get; init; } = [];

    /// <summary>Whether ComfyUI answered every node from its cache.</summary>
    public bool Cached { get; init; }

    /// <summary>Whether images are stored without the prompt that ComfyUI writes into them.</summary>
    public bool StripMetadata { get; init; }

    /// <summary>What the caller wanted kept with the run, as it was sent.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Whether it is being deleted: nobody finds it any more, and what is left of it goes.</summary>
    public bool IsLeaving { get; init; }

    [JsonIgnore]
    public string ETag { get; init; } = "";

    /// <summary>The step of the row that <see cref="ETag"/> names: this record may be further on.</summary>
    [JsonIgnore]
    public int SavedStep { get; init; }

    [JsonIgnore]
    public RunOutcome? Outcome => (State as RunState.Ended)?.Outcome;

    [JsonIgnore]
    public RunStatus Status => Outcome switch
    {
        RunOutcome.Succeeded => RunStatus.Succeeded,
        RunOutcome.Failed => RunStatus.Failed,
        RunOutcome.Canceled => RunStatus.Canceled,
        RunOutcome.Expired => RunStatus.Expired,
        _ => CancelRequestedAt is not null ? RunStatus.Canceling : StartedAt is null ? RunStatus.Queued : RunStatus.Running,
    };

    /// <summary>The run with a cancel asked for, unless it has ended or is being canceled already.</summary>
    public RunRecord WithCancelRequested(DateTimeOffset at) => Outcome is null && CancelRequestedAt is null
        ? this with { CancelRequestedAt = at, BegunBeforeCancel = Attempts.Count(a => a.BegunAt is not null) }
        : this;
}

/// <summary>Where callers see a run: it leaves the last four never.</summary>
public enum RunStatus
{
    Queued,
    Running,

    /// <summary>A cancel was asked for and the run has not ended yet.</summary>
    Canceling,
    Succeeded,
    Failed,
    Canceled,
    Expired,
}

/// <summary>An input file, stored when the call was accepted.</summary>
/// <param name="HostName">What the file is called on a host: named by its content, so that two callers' files never collide.</param>
public sealed record RunFile(string Blob, string HostName, string ContentType, long Bytes)
{
    /// <summary>The folder on hosts that holds what the façade stages there.</summary>
    public const string HostFolder = "comfyfunc";
}

/// <summary>A seed of the run, and where its value comes from.</summary>
public sealed record RunSeed(string Node, string Input, decimal Value, string? Tag = null, SeedOrigin Origin = SeedOrigin.Drawn);

/// <summary>One placement of the run on a host, and how it ended.</summary>
public sealed record RunAttempt(int Number, HostId Host, PromptId Prompt, DateTimeOffset StartedAt, DateTimeOffset? EndedAt = null,
    string? Ended = null)
{
    /// <summary>When its prompt was known to execute; <see langword="null"/> while it stood in its host's queue.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>Milliseconds from when it had the slot until its input files were on the host.</summary>
    public long StageMs { get; init; }

    /// <summary>When it got its slot.</summary>
    [JsonIgnore]
    public DateTimeOffset LeasedAt => StartedAt.AddMilliseconds(-StageMs);

    /// <summary>Milliseconds in which nodes executed that read model files; <see langword="null"/> where nobody heard of it.</summary>
    public long? LoadMs { get; init; }

    /// <summary>The nodes of the prompt that read model files.</summary>
    public ImmutableArray<Loader> Loaders { get; init; } = [];

    /// <summary>The model files that were read from disk, as far as is known; what ComfyUI's cache spared is not among them.</summary>
    public ImmutableArray<string> Loaded { get; init; } = [];

    /// <summary>When ComfyUI said it began and ended executing.</summary>
    public DateTimeOffset? ExecutionStartedAt { get; init; }

    public DateTimeOffset? ExecutionEndedAt { get; init; }
}

/// <summary>One file or text of one tagged output, in the order in which ComfyUI listed them.</summary>
public sealed record RunArtifact
{
    public required string Tag { get; init; }

    /// <summary>One of <see cref="Engine.Media.MediaKind.OfOutputs"/>.</summary>
    public required string Type { get; init; }

    public string? Name { get; init; }

    public string? ContentType { get; init; }

    public long? Bytes { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public string? Sha256 { get; init; }

    /// <summary>The blob with the bytes; <see langword="null"/> for text that lies here.</summary>
    public string? Blob { get; init; }

    public string? Text { get; init; }
}
