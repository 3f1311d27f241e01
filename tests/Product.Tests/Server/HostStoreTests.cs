using System.Collections.Concurrent;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Server;

/// <summary>Several processes lend slots of the same hosts over one storage.</summary>
public class HostStoreTests(AzuriteFixture azurite)
{
    private const int Processes = 4;
    private const int Slots = 2;
    private const int Patience = 120_000; // In milliseconds: a slot that never comes back ends the test.

    [Fact(Timeout = Patience)]
    public async Task Ten_thousand_leases_never_exceed_the_slots()
    {
        await using var storage = StorageServices.InMemory();
        await LendAsync(storage, 10_000, TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = Patience)]
    public async Task Leases_over_Azure_tables_never_exceed_the_slots()
    {
        await using var storage = StorageServices.Of(await azurite.NewStorageAsync());
        await LendAsync(storage, 500, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(Scheduler.LargePool - 1, false)]
    [InlineData(Scheduler.LargePool * 2, true)]
    public async Task Each_process_begins_a_large_pool_with_another_host(int hosts, bool isOwn)
    {
        await using var storage = StorageServices.InMemory();
        await storage.Tables.EnsureCreatedAsync(StoragePreparation.Tables, TestContext.Current.CancellationToken);
        HostStore[] processes = [.. Enumerable.Range(0, 10).Select(_ => new HostStore(storage.Tables))];
        foreach (var host in Enumerable.Range(0, hosts).Select(i => PoolSamples.Host($"h{i:00}")))
        {
            await processes[0].PutAsync(host.Id, _ => host, TestContext.Current.CancellationToken);
        }

        foreach (var process in processes)
        {
            var known = await process.RefreshAsync(TestContext.Current.CancellationToken);
            Assert.Equal(known, process.Spread.OrderBy(h => h.Id.Value, StringComparer.Ordinal));
            Assert.Equal(process.Spread, process.Spread);
        }

        Assert.Equal(isOwn, processes.Select(p => p.Spread[0].Id).Distinct().Count() > 1);
    }

    private static async Task LendAsync(StorageServices storage, int runs, CancellationToken cancellationToken)
    {
        await storage.Tables.EnsureCreatedAsync(StoragePreparation.Tables, cancellationToken);
        var first = new HostStore(storage.Tables);
        foreach (var host in new[] { PoolSamples.Host("a", Slots).Proven(), PoolSamples.Host("b", Slots).Proven(),
            PoolSamples.Host("c", Slots).Proven() })
        {
            await first.PutAsync(host.Id, _ => host with { Status = HostStatus.Ready }, cancellationToken);
        }

        var next = 0;
        var inFlight = new ConcurrentDictionary<HostId, int>();
        var most = new ConcurrentDictionary<HostId, int>();
        await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => new HostStore(storage.Tables))
            .SelectMany(store => Enumerable.Range(0, Slots).Select(_ => Task.Run(() => WorkAsync(store)))));

        Assert.Equal(3, most.Count);
        Assert.All(most.Values, m => Assert.Equal(Slots, m)); // Every slot was used at a time, and none was lent twice.
        Assert.All(await first.RefreshAsync(cancellationToken), h => Assert.Empty(h.Leases));

        async Task WorkAsync(HostStore store)
        {
            for (int number; (number = Interlocked.Increment(ref next)) <= runs;)
            {
                var lease = await LeaseAsync(store, PoolSamples.Waiting(number), cancellationToken);
                var now = inFlight.AddOrUpdate(lease.Host, 1, (_, n) => n + 1);
                most.AddOrUpdate(lease.Host, now, (_, m) => Math.Max(m, now));
                await Task.Yield();
                await store.RefreshAsync(cancellationToken); // What it is used for takes as long as a request.
                inFlight.AddOrUpdate(lease.Host, 0, (_, n) => n - 1);
                await store.UpdateAsync(lease.Host, h => h.TakeBack(lease, PoolSamples.Now), cancellationToken);
            }
        }
    }

    private static async Task<ComfyFunc.Engine.Runs.Lease> LeaseAsync(HostStore store, WaitingRun run, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Scheduler.Pick(store.Known, run, PoolSamples.Anyone, PoolSamples.Now) is not { } assignment)
            {
                await store.RefreshAsync(cancellationToken);
                await Task.Yield(); // Tables in memory answer at once: whoever has a slot needs a thread to give it back.
            }
            else if (await store.UpdateAsync(assignment.Host, h => assignment.Over(h, PoolSamples.Now), cancellationToken) is not null)
            {
                return assignment.Lease;
            }
        }
    }
}
