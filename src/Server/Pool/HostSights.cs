namespace ComfyFunc.Server.Pool;

/// <summary>What is known of hosts beside their rows: what this process sees of them, and how far their lists of workflows are.</summary>
public sealed record HostSights(HostSentinel Sentinel, IHostSync Sync);
