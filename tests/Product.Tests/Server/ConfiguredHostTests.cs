using ComfyFunc.ComfySim;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server;

/// <summary>Hosts come and go with the configuration that names them.</summary>
public class ConfiguredHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_the_configuration_no_longer_names_goes_and_one_that_was_registered_stays()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var first = await new ServerRig(Naming("gpu-1", host)).StartedAsync();
        await first.Get<HostStore>()
            .PutAsync(new("own"), _ => new() { Id = new("own"), Url = new("http://127.0.0.1:1/"), CatalogHash = "x" }, Cancellation);
        await using var next = await new ServerRig(new(), first).StartedAsync();

        Assert.Equal(["own"], next.Get<HostStore>().Known.Select(h => h.Id.Value));
    }

    [Fact]
    public async Task One_that_still_has_work_finishes_it_first()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0 }, Cancellation);
        await using var first = await new ServerRig(Naming("gpu-1", host)).StartedAsync();
        var lease = new Lease(new("gpu-1"), new("01ARZ3NDEKTSV4RRFFQ6900001"), 1);
        await first.Get<HostStore>().UpdateAsync(lease.Host, h => h.Lend(new(lease.Run, 1, TimeProvider.System.GetUtcNow())), Cancellation);
        await using var next = await new ServerRig(new(), first).StartedAsync();
        var leaving = Assert.Single(next.Get<HostStore>().Known);
        await next.Get<HostStore>().UpdateAsync(lease.Host, h => h.TakeBack(lease, TimeProvider.System.GetUtcNow()), Cancellation);
        await next.Get<HostMonitor>().ReconcileAsync(Cancellation);

        Assert.Equal((HostStatus.Draining, "The configuration no longer names it."), (leaving.Status, leaving.Reason));
        Assert.Empty(next.Get<HostStore>().Known);
    }

    private static ComfyFuncOptions Naming(string id, SimulatedHost host) =>
        new() { Hosts = [new HostOptions { Id = id, Url = host.Url }] };
}
