using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Batches;

/// <summary>Many calls of one workflow version, made one after the other by whichever process holds the batch.</summary>
public sealed record Batch
{
    /// <summary>Runs of one batch.</summary>
    public const int Most = 1000;

    /// <summary>A ULID, as runs have.</summary>
    public required string Id { get; init; }

    public required string Client { get; init; }

    /// <summary>Whether outputs of every client's runs may be inputs of its own.</summary>
    public bool SeesAll { get; init; }

    /// <summary>Where its caller reached this server.</summary>
    public string Server { get; init; } = "";

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    public required int Total { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public int Priority { get; init; }

    public Demands Demands { get; init; } = Demands.None;

    public TimeSpan? StartWithin { get; init; }

    public TimeSpan? FinishWithin { get; init; }

    /// <summary>What the caller wants kept with each run, unless its own call says something else.</summary>
    public JsonElement? Metadata { get; init; }

    public CallWebhook? Webhook { get; init; }

    /// <summary>What hosts are given beside each prompt, sealed.</summary>
    public string? ExtraData { get; init; }

    /// <summary>The id of its newest run, made or not. Rows of earlier releases do not say.</summary>
    public RunId? LastRun { get; init; }

    /// <summary>Calls that have been made, in the order of the inputs.</summary>
    public int Made { get; init; }

    /// <summary>Calls that made no run, for instance because a file could not be fetched.</summary>
    public ImmutableArray<RefusedCall> Refused { get; init; } = [];

    /// <summary>The span of the request that made it; <see langword="null"/> where that is not traced.</summary>
    public string? TraceParent { get; init; }

    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Until when a process has it in hand.</summary>
    public DateTimeOffset HeldUntil { get; init; }

    /// <summary>Whether there is nothing more to do: every call is made, or every run canceled.</summary>
    public bool IsDone { get; init; }

    /// <summary>How many of its runs ended in which status, once all have.</summary>
    public ImmutableSortedDictionary<RunStatus, int>? Ended { get; init; }

    /// <summary>Whether its row is where earlier releases kept them.</summary>
    [JsonIgnore]
    public bool IsInOldPlace { get; init; }

    [JsonIgnore]
    public string ETag { get; init; } = "";
}

/// <summary>A call of a batch that made no run.</summary>
/// <param name="Index">Its place among the inputs, from 0.</param>
public sealed record RefusedCall(int Index, ImmutableArray<Fault> Faults);

/// <summary>
/// What a batch's calls say, and the ids that their runs have: fixed when the batch is accepted, so that no call is made twice.
/// </summary>
public sealed record BatchCalls(ImmutableArray<BatchCall> Calls)
{
    /// <summary>What varies among the calls. Earlier releases did not say.</summary>
    public ImmutableArray<BatchAxis> Axes { get; init; } = [];
}

/// <summary>One call of a batch.</summary>
/// <param name="Body">As JSON.</param>
public sealed record BatchCall(RunId Run, string Body);
