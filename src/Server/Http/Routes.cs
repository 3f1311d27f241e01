namespace ComfyFunc.Server.Http;

/// <summary>The paths below the root, shared by both hosts: Kestrel maps them, HTTP triggers name them.</summary>
public static class Routes
{
    /// <summary>The root itself, as the Functions host takes it: an empty route would be the function's name there.</summary>
    public const string Start = "{none:maxlength(0)?}";
    public const string Console = "console/{*path}";
    public const string ApiStart = "api";
    public const string Workflows = Api + "workflows";
    public const string Workflow = Api + "workflows/{name}";
    public const string Versions = Api + "workflows/{name}/versions";
    public const string Version = Api + "workflows/{name}/versions/{version}";
    public const string WorkflowOpenApi = Api + "workflows/{name}/openapi.json";
    public const string Runs = Api + "runs";
    public const string Run = Api + "runs/{id}";
    public const string RunStatus = Api + "runs/{id}/status";
    public const string RunEvents = Api + "runs/{id}/events";
    public const string RunRetry = Api + "runs/{id}/retry";
    public const string RunCancel = Api + "runs/{id}/cancel";
    public const string RunOutputs = Api + "runs/{id}/outputs";
    public const string RunOutput = Api + "runs/{id}/outputs/{tag}/{n}";
    public const string RunDeliveries = Api + "runs/{id}/deliveries";
    public const string RunLink = Api + "links/runs/{id}";
    public const string RunStatusLink = Api + "links/runs/{id}/status";
    public const string RunCancelLink = Api + "links/runs/{id}/cancel";
    public const string RunOutputLink = Api + "links/runs/{id}/outputs/{tag}/{n}";
    public const string Redeliver = Api + "runs/{id}/deliveries/{delivery}/redeliver";
    public const string Webhooks = Api + "webhooks";
    public const string Webhook = Api + "webhooks/{id}";
    public const string WebhookSecret = Api + "webhooks/{id}/secret";
    public const string WebhookRotate = Api + "webhooks/{id}/rotate";
    public const string WebhookDeliveries = Api + "webhooks/{id}/deliveries";
    public const string Convert = Api + "convert";
    public const string Alias = Api + "workflows/{name}/aliases/{alias}";
    public const string AliasRollback = Api + "workflows/{name}/aliases/{alias}/rollback";
    public const string WorkflowBatches = Api + "workflows/{name}/batches";
    public const string VersionBatches = Api + "workflows/{name}/versions/{version}/batches";
    public const string Batches = Api + "batches";
    public const string Batch = Api + "batches/{id}";
    public const string BatchCancel = Api + "batches/{id}/cancel";
    public const string BatchOutputs = Api + "batches/{id}/outputs";
    public const string BatchTable = Api + "batches/{id}/runs.csv";
    public const string Uploads = Api + "uploads";
    public const string Files = Api + "files";
    public const string File = Api + "files/{token}";
    public const string Hosts = Api + "hosts";
    public const string Host = Api + "hosts/{id}";
    public const string HostDrain = Api + "hosts/{id}/drain";
    public const string HostResume = Api + "hosts/{id}/resume";
    public const string HostHeartbeat = Api + "hosts/{id}/heartbeat";
    public const string HostEvents = Api + "hosts/{id}/events";
    public const string Keys = Api + "keys";
    public const string Key = Api + "keys/{id}";
    public const string Me = Api + "me";
    public const string Settings = Api + "settings";
    public const string Usage = Api + "usage";
    public const string Pool = Api + "pool";
    public const string Queue = Api + "queue";
    public const string QueuePause = Api + "queue/pause";
    public const string QueueResume = Api + "queue/resume";
    public const string Stats = Api + "stats";
    public const string Events = Api + "events";
    public const string OpenApi = Api + "openapi.json";
    public const string Docs = Api + "docs";
    public const string DocsScript = Api + "docs/scalar.js";
    public const string Health = Api + "health";
    public const string Ready = Api + "ready";
    public const string ReadyDetails = Api + "ready/details";

    private const string Api = ApiStart + "/";
}
