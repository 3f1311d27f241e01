using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>Looks at hosts: when they are new, when they answer again, and when a connection to them begins.</summary>
public sealed class HostLooks(HostCatalogs catalogs, HostConnections connections, HostProbe probe, HostHealth health,
    HostSentinel sentinel, PromptWatch watch, CacheNodeBook cacheNodes, DispatchBell bell)
{
    /// <summary>A connection begins: the host may be another process than before, with empty folders and nothing in memory.</summary>
    public async Task ConnectedAsync(HostId host, CancellationToken cancellationToken)
    {
        connections.Find(host)?.ForgetStaged();
        cacheNodes.Forget(host);
        sentinel.Forget(host);
        watch.WatchAgain(host);
        try
        {
            if (await probe.ProbeAsync(host, cancellationToken) is { Kind: not HostFaultKind.NoAnswer } fault)
            {
                await health.LostAsync(host, fault.Detail, cancellationToken);
            }
        }
        finally
        {
            bell.Ring();
        }
    }

    /// <summary>The host does not answer: its runs move on.</summary>
    public async Task UnreachableAsync(HostId host, string? why, CancellationToken cancellationToken)
    {
        sentinel.Forget(host);
        await health.LostAsync(host, why, cancellationToken);
    }

    /// <summary>A first look at a host that is new here, and what is known of its nodes.</summary>
    public async Task IntroduceAsync(PoolHost host, CancellationToken cancellationToken)
    {
        if (probe.IsDue(host))
        {
            await LookAtAsync(host.Id, cancellationToken);
        }
        else if (host.CatalogHash is { } catalog)
        {
            await catalogs.GetAsync(catalog, cancellationToken);
        }
    }

    /// <summary>Asks the host how it is, and gives it up if it says that it is another.</summary>
    public async Task LookAtAsync(HostId host, CancellationToken cancellationToken)
    {
        if (await probe.ProbeAsync(host, cancellationToken) is { } fault)
        {
            await health.LostAsync(host, fault.Detail, cancellationToken);
        }
    }
}
