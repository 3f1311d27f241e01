namespace ComfyFunc.Server.Http;

/// <summary>The schemas that a description says once, by name.</summary>
internal static class SchemaNames
{
    public const string Run = "Run";
    public const string RunBase = "RunBase";
    public const string RunList = "RunList";
    public const string Output = "Output";
    public const string ExtraData = "ExtraData";
    public const string Problem = "Problem";
    public const string Explanation = "CallExplanation";
    public const string OutputsByTag = "OutputsByTag";
    public const string DurableStatus = "DurableStatus";
    public const string Workflow = "Workflow";
    public const string WorkflowList = "WorkflowList";
    public const string VersionList = "VersionList";
    public const string Host = "Host";
    public const string HostList = "HostList";
    public const string HostSettings = "HostSettings";
    public const string HostHeartbeat = "HostHeartbeat";
    public const string HostEvents = "HostEvents";
    public const string Health = "Health";
    public const string Readiness = "Readiness";
    public const string StoppedRun = "StoppedRun";
    public const string WebhookSettings = "WebhookSettings";
    public const string WebhookEvent = "WebhookEvent";
    public const string Upload = "Upload";
    public const string Alias = "Alias";
    public const string AliasTarget = "AliasTarget";
    public const string Batch = "Batch";
    public const string BatchList = "BatchList";
    public const string BatchInputs = "BatchInputs";
    public const string KeySettings = "KeySettings";
}
