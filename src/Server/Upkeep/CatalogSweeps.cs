using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Upkeep;

/// <summary>Removes node catalogs: of hosts, and those that runs are read with.</summary>
public sealed class CatalogSweeps(HostStore hosts, HostCatalogSweep ofHosts, RunCatalogSweep ofRuns)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await ofHosts.SweepAsync(await hosts.RefreshAsync(cancellationToken), cancellationToken);
        await ofRuns.SweepAsync(cancellationToken);
    }
}
