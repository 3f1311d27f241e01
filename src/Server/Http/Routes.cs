namespace ComfyFunc.Server.Http;

/// <summary>The paths below <c>/api</c>, shared by both hosts: Kestrel maps them, HTTP triggers name them.</summary>
public static class Routes
{
    public const string Workflows = "workflows";
    public const string Workflow = "workflows/{name}";
    public const string Versions = "workflows/{name}/versions";
    public const string Version = "workflows/{name}/versions/{version}";
    public const string WorkflowOpenApi = "workflows/{name}/openapi.json";
    public const string Runs = "runs";
    public const string Run = "runs/{id}";
    public const string RunStatus = "runs/{id}/status";
    public const string RunEvents = "runs/{id}/events";
    public const string RunRetry = "runs/{id}/retry";
    public const string RunCancel = "runs/{id}/cancel";
    public const string RunOutputs = "runs/{id}/outputs";
    public const string RunOutput = "runs/{id}/outputs/{tag}/{n}";
    public const string RunDeliveries = "runs/{id}/deliveries";
    public const string RunLink = "links/runs/{id}";
    public const string RunStatusLink = "links/runs/{id}/status";
    public const string RunCancelLink = "links/runs/{id}/cancel";
    public const string RunOutputLink = "links/runs/{id}/outputs/{tag}/{n}";
    public const string Webhooks = "webhooks";
    public const string Webhook = "webhooks/{id}";
    public const string WebhookSecret = "webhooks/{id}/secret";
    public const string WebhookRotate = "webhooks/{id}/rotate";
    public const string Convert = "convert";
    public const string Alias = "workflows/{name}/aliases/{alias}";
    public const string AliasRollback = "workflows/{name}/aliases/{alias}/rollback";
    public const string WorkflowBatches = "workflows/{name}/batches";
    public const string VersionBatches = "workflows/{name}/versions/{version}/batches";
    public const string Batches = "batches";
    public const string Batch = "batches/{id}";
    public const string BatchCancel = "batches/{id}/cancel";
    public const string BatchOutputs = "batches/{id}/outputs";
    public const string BatchTable = "batches/{id}/runs.csv";
    public const string Uploads = "uploads";
    public const string Files = "files";
    public const string File = "files/{token}";
    public const string Hosts = "hosts";
    public const string Host = "hosts/{id}";
    public const string HostDrain = "hosts/{id}/drain";
    public const string HostResume = "hosts/{id}/resume";
    public const string HostHeartbeat = "hosts/{id}/heartbeat";
    public const string HostEvents = "hosts/{id}/events";
    public const string Keys = "keys";
    public const string Key = "keys/{id}";
    public const string Usage = "usage";
    public const string Pool = "pool";
    public const string OpenApi = "openapi.json";
    public const string Docs = "docs";
    public const string DocsScript = "docs/scalar.js";
    public const string Health = "health";
    public const string Ready = "ready";
    public const string ReadyDetails = "ready/details";
}
