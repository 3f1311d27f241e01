using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>A run as the server showed it.</summary>
public sealed class Run
{
    private static readonly string[] Ends = ["succeeded", "failed", "canceled", "expired"];

    internal Run(ApiConnection connection, JsonElement shown)
    {
        Json = shown;
        Id = shown.Text("id") ?? throw new JsonException("A run without an id.");
        Outputs = shown.Member("outputs") is { ValueKind: JsonValueKind.Object } outputs
            ? outputs.EnumerateObject()
            .ToImmutableDictionary(tag => tag.Name, tag => tag.Value.EnumerateArray()
                .Select((o, n) => new RunOutput(connection, Id, tag.Name, n, o)).ToImmutableArray())
            : ImmutableDictionary<string, ImmutableArray<RunOutput>>.Empty;
    }

    /// <summary>The document as it came, with what this release has no member for.</summary>
    public JsonElement Json { get; }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>The workflow's name.</summary>
    public string Workflow => Json.Text("workflow") ?? "";

    /// <summary>The workflow's version.</summary>
    public int Version => Json.Int("version") ?? 0;

    /// <summary>queued, running, canceling, succeeded, failed, canceled or expired; the last four are never left.</summary>
    public string Status => Json.Text("status") ?? "";

    /// <summary>Whether it has ended, one way or the other.</summary>
    public bool IsDone => HasEnded(Status);

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? CreatedAt => Json.Time("createdAt");

    /// <summary>When it began to execute.</summary>
    public DateTimeOffset? StartedAt => Json.Time("startedAt");

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt => Json.Time("completedAt");

    /// <summary>How many runs are before it.</summary>
    public int? QueuePosition => Json.Int("queuePosition");

    /// <summary>How far it is.</summary>
    public RunProgress? Progress => Json.Member("progress") is { } progress ? RunProgress.Of(progress) : null;

    /// <summary>What came of it, by tag.</summary>
    public ImmutableDictionary<string, ImmutableArray<RunOutput>> Outputs { get; }

    /// <summary>Why it did not succeed.</summary>
    public RunError? Error => Json.Member("error") is { } error ? RunError.Of(error) : null;

    /// <summary>What the caller attached.</summary>
    public JsonElement? Metadata => Json.Member("metadata");

    internal static bool HasEnded(string status) => Ends.Contains(status, StringComparer.Ordinal);
}

/// <summary>How far a run is.</summary>
/// <param name="Value">0 to 1.</param>
/// <param name="NodesDone">How many nodes have executed.</param>
/// <param name="NodesTotal">Of how many.</param>
/// <param name="Node">The node that executes.</param>
/// <param name="Step">The step that it is at.</param>
/// <param name="Steps">Of how many.</param>
public sealed record RunProgress(double Value, int? NodesDone, int? NodesTotal, string? Node, int? Step, int? Steps)
{
    internal static RunProgress Of(JsonElement shown) =>
        new(shown.Double("value") ?? 0, shown.Int("nodesDone"), shown.Int("nodesTotal"), shown.Text("node"), shown.Int("step"),
            shown.Int("steps"));
}

/// <summary>Why a run did not succeed.</summary>
/// <param name="Code">A fault code; it keeps its meaning for ever.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Retryable">Whether the same call may well succeed later.</param>
/// <param name="Node">The id of the node that is to blame.</param>
/// <param name="NodeClass">Its class.</param>
/// <param name="NodeTag">Its tag.</param>
public sealed record RunError(string Code, string Message, bool Retryable, string? Node, string? NodeClass, string? NodeTag)
{
    internal static RunError Of(JsonElement shown)
    {
        var node = shown.Member("node");
        return new(shown.Text("code") ?? "", shown.Text("message") ?? "", shown.Boolean("retryable") ?? false, node.Text("id"),
            node.Text("class"), node.Text("tag"));
    }
}
