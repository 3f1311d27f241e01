using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine;

/// <summary>
/// What programs tell faults apart by. One row each: its name, the HTTP status of an answer with it, whether the same call may succeed
/// later, and its title. A code keeps its meaning for ever; docs/faults.md says when each comes.
/// </summary>
[JsonConverter(typeof(FaultCodeConverter))]
public sealed record FaultCode
{
    private static readonly ImmutableArray<FaultCode>.Builder Rows = ImmutableArray.CreateBuilder<FaultCode>();

    private FaultCode(string name, int status, bool isRetryable, string title) =>
        (Name, Status, IsRetryable, Title) = (name, status, isRetryable, title);

    public static FaultCode InvalidInput { get; } = Row("invalid_input", 400, false, "The call's input does not fit the workflow.");
    public static FaultCode InvalidRequest { get; } = Row("invalid_request", 400, false, "The request cannot be read.");
    public static FaultCode Unauthorized { get; } = Row("unauthorized", 401, false, "The caller is not known.");
    public static FaultCode Forbidden { get; } = Row("forbidden", 403, false, "The caller may not do this.");
    public static FaultCode WorkflowNotFound { get; } = Row("workflow_not_found", 404, false, "There is no such workflow.");
    public static FaultCode NotFound { get; } = Row("not_found", 404, false, "There is nothing here.");
    public static FaultCode MethodNotAllowed { get; } = Row("method_not_allowed", 405, false, "That cannot be done here.");
    public static FaultCode BreakingChange { get; } = Row("breaking_change", 409, false, "The new version breaks its callers.");
    public static FaultCode Conflict { get; } = Row("conflict", 409, false, "That cannot be done as things stand.");
    public static FaultCode VersionConflict { get; } = Row("version_conflict", 412, false, "The workflow has changed meanwhile.");
    public static FaultCode InputTooLarge { get; } = Row("input_too_large", 413, false, "The input is too large.");
    public static FaultCode UnsupportedMediaType { get; } =
        Row("unsupported_media_type", 415, false, "The body is of a kind that is not read here.");
    public static FaultCode MisdirectedRequest { get; } = Row("misdirected_request", 421, false, "The request was for another server.");
    public static FaultCode InvalidWorkflow { get; } = Row("invalid_workflow", 422, false, "The workflow cannot be served.");
    public static FaultCode IdempotencyKeyReuse { get; } = Row("idempotency_key_reuse", 422, false, "The key belongs to another call.");
    public static FaultCode OutputNotConvertible { get; } = Row("output_not_convertible", 422, false, "The output cannot be had that way.");
    public static FaultCode InputUnreachable { get; } = Row("input_unreachable", 422, true, "The input's URL does not answer.");
    public static FaultCode InputBlocked { get; } = Row("input_blocked", 422, false, "The input's URL leads where no fetch may go.");
    public static FaultCode RateLimited { get; } = Row("rate_limited", 429, true, "The client has had its share.");
    public static FaultCode InternalError { get; } = Row("internal_error", 500, false, "Something went wrong here.");
    public static FaultCode QueueFull { get; } = Row("queue_full", 503, true, "Too many runs wait.");
    public static FaultCode NoCapableHost { get; } = Row("no_capable_host", 503, true, "No host of the pool can run this.");
    public static FaultCode StorageUnavailable { get; } = Row("storage_unavailable", 503, true, "Storage does not answer, or is full.");
    public static FaultCode StartDeadlineExceeded { get; } = Row("start_deadline_exceeded", 500, true, "The run had not begun in time.");
    public static FaultCode RunTimeout { get; } = Row("run_timeout", 500, true, "The run had not ended in time.");
    public static FaultCode HostLost { get; } = Row("host_lost", 500, true, "The run lost its hosts.");
    public static FaultCode PoisonWorkflow { get; } = Row("poison_workflow", 500, false, "Hosts are lost where this is executed.");
    public static FaultCode NodeFailed { get; } = Row("node_failed", 500, false, "A node of the workflow failed.");
    public static FaultCode GpuOutOfMemory { get; } = Row("gpu_out_of_memory", 500, false, "The GPU ran out of memory.");
    public static FaultCode OutputsUnavailable { get; } = Row("outputs_unavailable", 500, true, "The run's outputs could not be had.");

    /// <summary>Every code, in the order of the rows.</summary>
    public static ImmutableArray<FaultCode> All { get; } = Rows.ToImmutable();

    public string Name { get; }

    public int Status { get; }

    /// <summary>Whether the same call may well succeed later. The fault of a run says it of that run.</summary>
    public bool IsRetryable { get; }

    public string Title { get; }

    public override string ToString() => Name;

    private static FaultCode Row(string name, int status, bool isRetryable, string title)
    {
        var row = new FaultCode(name, status, isRetryable, title);
        Rows.Add(row);
        return row;
    }

    /// <summary>A code as it was stored. What a later release has named is shown as that release named it.</summary>
    internal static FaultCode Stored(string name) => All.FirstOrDefault(c => c.Name == name)
        ?? new(name, InternalError.Status, InternalError.IsRetryable, InternalError.Title);
}

internal sealed class FaultCodeConverter : JsonConverter<FaultCode>
{
    public override FaultCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        FaultCode.Stored(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, FaultCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
