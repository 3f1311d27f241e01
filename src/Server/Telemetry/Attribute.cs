using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Telemetry;

/// <summary>
/// The names of what spans and metrics say: those of OpenTelemetry's conventions where there is one, ours elsewhere. None is of a value
/// of a call, a file's name, a key or a message.
/// </summary>
public static class Attribute
{
    public const string Error = SpanFaults.Attribute;
    public const string Method = "http.request.method";
    public const string Status = "http.response.status_code";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";

    public const string Run = "comfyfunc.run.id";
    public const string Workflow = "comfyfunc.workflow";
    public const string Version = "comfyfunc.workflow.version";
    public const string Client = "comfyfunc.client";
    public const string Batch = "comfyfunc.batch.id";
    public const string Outcome = "comfyfunc.outcome";
    public const string Models = "comfyfunc.models";
    public const string NodeId = "comfyfunc.node.id";
    public const string NodeClass = "comfyfunc.node.class";

    public const string Host = "comfyfunc.host";
    public const string HostStatus = "comfyfunc.host.status";
    public const string SlotState = "comfyfunc.slot.state";

    /// <summary>The number of one attempt.</summary>
    public const string Attempt = "comfyfunc.attempt";

    /// <summary>How many there were.</summary>
    public const string Attempts = "comfyfunc.attempts";
    public const string AttemptResult = "comfyfunc.attempt.result";

    public const string WebhookEvent = "comfyfunc.webhook.event";
    public const string DeliveryResult = "comfyfunc.delivery.result";

    public const string StorageService = "comfyfunc.storage.service";
    public const string StorageOperation = "comfyfunc.storage.operation";
}
