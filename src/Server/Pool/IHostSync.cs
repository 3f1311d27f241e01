using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>Says how far a host's list of workflows is in step with what is published.</summary>
public interface IHostSync
{
    /// <summary>Whether the host is given the published workflows at all.</summary>
    bool IsOn(PoolHost host);

    Task<HostSyncView> ShowAsync(PoolHost host, CancellationToken cancellationToken);
}
