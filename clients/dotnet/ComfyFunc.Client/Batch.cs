using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>How far many runs of one workflow are that were submitted at once.</summary>
public sealed class Batch
{
    internal Batch(JsonElement shown) => Json = shown;

    /// <summary>The document as it came.</summary>
    public JsonElement Json { get; }

    /// <summary>Its id.</summary>
    public string Id => Json.Text("id") ?? "";

    /// <summary>running, completed, canceling or canceled.</summary>
    public string Status => Json.Text("status") ?? "";

    /// <summary>Whether all its runs have ended.</summary>
    public bool IsDone => Status is "completed" or "canceled";

    /// <summary>How many runs it is of.</summary>
    public int Total => Json.Int("total") ?? 0;

    /// <summary>0 to 1.</summary>
    public double Progress => Json.Double("progress") ?? 0;

    /// <summary>Calls that made no run.</summary>
    public ImmutableArray<RefusedCall> Refused =>
        [.. Json.Items("refused").Select(r => new RefusedCall(r.Int("index") ?? 0, [.. r.Items("errors").Select(CallFault.Of)]))];

    /// <summary>Its runs in the order of their inputs, once it is waited for.</summary>
    public ImmutableArray<Run> Runs { get; internal init; } = [];

    internal Batch With(ImmutableArray<Run> runs) => new(Json) { Runs = runs };
}

/// <summary>A call of a batch that made no run.</summary>
/// <param name="Index">Among the inputs, from 0.</param>
/// <param name="Errors">Why.</param>
public sealed record RefusedCall(int Index, ImmutableArray<CallFault> Errors);
