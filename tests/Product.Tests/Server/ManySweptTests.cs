using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>What is swept of what has piled up, and what that costs: it keeps up with what comes, and nothing stays for ever.</summary>
public sealed class ManySweptTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingTables tables = new(new MemoryDocumentTables());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_that_wait_in_order_are_nobodys_to_take_over_until_their_deadline()
    {
        await using var rig = await RigAsync();
        for (var i = 0; i < 100; i++)
        {
            await WaitingAsync(rig);
        }

        var lost = await WaitingAsync(rig);
        await rig.Get<PendingStore>().TakeAsync(lost, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(30));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        Assert.Equal([lost], rig.Driver.Resumed);

        clock.Advance(TimeSpan.FromMinutes(31));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        Assert.Equal(102, rig.Driver.Resumed.Count);
    }

    [Fact]
    public async Task Runs_are_removed_side_by_side()
    {
        await using var rig = await RigAsync();
        for (var i = 0; i < 40; i++)
        {
            await rig.Get<RunStore>().InsertAsync(SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock), Cancellation);
        }

        clock.Advance(new ComfyFuncOptions().Retention + TimeSpan.FromMinutes(1));
        var (under, eight) = (0, new TaskCompletionSource());
        tables.BeforeReplace = name =>
        {
            if (Interlocked.Increment(ref under) == 8)
            {
                eight.SetResult();
            }

            return eight.Task;
        };
        Assert.Equal(40, await rig.Get<RunRemoval>().SweepAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Assert.Empty(await rig.RowsAsync("runs"));
    }

    [Fact]
    public async Task What_was_sent_ahead_goes_however_long_nobody_swept()
    {
        await using var rig = await RigAsync();
        var uploads = rig.Get<Uploads>();
        foreach (var days in new[] { 60, 30, 1, 1 })
        {
            await uploads.StoreAsync(uploads.New(), "shop", new MemoryStream(new byte[3]), Cancellation);
            clock.Advance(TimeSpan.FromDays(days));
        }

        var fresh = uploads.New();
        await uploads.StoreAsync(fresh, "shop", new MemoryStream(new byte[3]), Cancellation);
        await uploads.SweepAsync(Cancellation);

        Assert.Equal(2, await rig.Get<IBlobStore>().ListAsync("uploads/", Cancellation).CountAsync(Cancellation));
        Assert.NotNull(await uploads.OpenAsync(fresh, "shop", Cancellation));
    }

    [Fact]
    public async Task Keys_of_many_days_are_looked_for_once()
    {
        await using var rig = await RigAsync();
        for (var i = 0; i < 20; i++)
        {
            await rig.Get<KeyedCalls>().ClaimAsync(new($"key{i}", "f"), Cancellation);
            clock.Advance(TimeSpan.FromHours(6));
        }

        tables.Reset();
        await rig.Get<KeyedCalls>().SweepAsync(Cancellation);
        Assert.Equal((1, 20), (tables.ReadsOf("calls"), tables.RowsOf("calls")));
        Assert.Equal(6, (await rig.RowsAsync("calls")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_node_catalog_goes_when_no_host_has_had_it_for_hours_whichever_process_looks()
    {
        await using var rig = await RigAsync();
        await using var other = new ServerRig(before: rig, clock: clock);
        var (kept, left) = (await KeepAsync(rig, "A"), await KeepAsync(rig, "B"));
        await rig.Get<HostStore>().PutAsync(new("h"), _ => new() { Id = new("h"), Url = new("http://127.0.0.1:1/"), CatalogHash = kept },
            Cancellation);
        for (var hours = 0; hours < 5; hours++)
        {
            Assert.Equal((hours > 3 ? new[] { kept } : new[] { kept, left }).Order(), await BlobsAsync());
            await (hours % 2 == 0 ? rig : other).Get<Housekeeping>().SweepAsync(Cancellation);
            rig.Get<HostCatalogs>().Forget(rig.Get<HostStore>().Known);
            clock.Advance(TimeSpan.FromMinutes(61));
        }

        Assert.Equal((true, false), (rig.Get<HostCatalogs>().Find(kept) is not null, rig.Get<HostCatalogs>().Find(left) is not null));
        Assert.Equal(left, await KeepAsync(other, "B")); // A host comes back with it.
        Assert.Contains(left, await BlobsAsync());

        async Task<string[]> BlobsAsync() =>
        [
            .. (await rig.Get<IBlobStore>().ListAsync("hosts/catalogs/", Cancellation).ToArrayAsync(Cancellation))
                .Select(f => Path.GetFileNameWithoutExtension(f.Name)),
        ];
    }

    [Fact]
    public async Task A_catalog_goes_when_no_version_names_it_and_no_run_can_refer_to_it()
    {
        await using var rig = await RigAsync();
        await using var other = new ServerRig(before: rig, clock: clock);
        var (named, held, left) = (CatalogOf("A"), CatalogOf("B"), CatalogOf("C"));
        await SaveAsync(rig, named);
        await rig.Get<RunCatalogs>().KeepAsync(held, Cancellation);
        await rig.Get<RunCatalogs>().KeepAsync(left, Cancellation);
        var sweep = rig.Get<RunCatalogSweep>();
        for (var days = 0; days < 9; days++)
        {
            await sweep.SweepAsync(Cancellation);
            Assert.Equal(3, (await CatalogsAsync(rig)).Length);
            clock.Advance(TimeSpan.FromDays(1));
            await other.Get<RunCatalogs>().HoldAsync(held.Hash, Cancellation);
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        await sweep.SweepAsync(Cancellation);
        Assert.Equal(new[] { named.Hash, held.Hash }.Order(), await CatalogsAsync(rig));

        tables.Reset();
        await other.Get<RunCatalogSweep>().SweepAsync(Cancellation);
        Assert.Equal(0, tables.ReadsOf("workflows")); // Once a day.
    }

    [Fact]
    public async Task A_save_keeps_its_catalog_though_a_sweep_is_about_to_remove_it()
    {
        var blobs = new CountingBlobs(new MemoryBlobStore(clock));
        await using var rig = await new ServerRig(clock: clock, tables: tables, blobs: blobs).StartedAsync();
        var catalog = CatalogOf("A");
        await rig.Get<RunCatalogs>().KeepAsync(catalog, Cancellation);
        await rig.Get<RunCatalogSweep>().SweepAsync(Cancellation);
        clock.Advance(TimeSpan.FromDays(10));
        blobs.BeforeDeleteOlder = _ => SaveAsync(rig, catalog);
        await rig.Get<RunCatalogSweep>().SweepAsync(Cancellation);

        Assert.Equal([catalog.Hash], await CatalogsAsync(rig));
    }

    [Fact]
    public async Task Catalogs_are_removed_side_by_side()
    {
        var blobs = new CountingBlobs(new MemoryBlobStore(clock));
        await using var rig = await new ServerRig(clock: clock, tables: tables, blobs: blobs).StartedAsync();
        for (var i = 0; i < 40; i++)
        {
            await rig.Get<RunCatalogs>().KeepAsync(CatalogOf($"C{i}"), Cancellation);
        }

        await rig.Get<RunCatalogSweep>().SweepAsync(Cancellation);
        clock.Advance(TimeSpan.FromDays(10));
        var (under, eight) = (0, new TaskCompletionSource());
        blobs.BeforeDeleteOlder = _ =>
        {
            if (Interlocked.Increment(ref under) == 8)
            {
                eight.SetResult();
            }

            return eight.Task;
        };
        await rig.Get<RunCatalogSweep>().SweepAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.Empty(await CatalogsAsync(rig));
    }

    [Fact]
    public async Task A_run_that_is_repeated_has_its_catalog_written_anew()
    {
        await using var rig = await RigAsync();
        var catalog = CatalogOf("A");
        await rig.Get<RunCatalogs>().KeepAsync(catalog, Cancellation);
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock) with { Catalog = catalog.Hash };
        clock.Advance(TimeSpan.FromDays(5));
        Assert.NotNull(await rig.Get<RunRepeat>().RepeatAsync(run, Cancellation));
        Assert.False(await rig.Get<IBlobStore>().DeleteOlderAsync($"catalogs/{catalog.Hash}.json", clock.GetUtcNow(), Cancellation));
    }

    [Fact]
    public async Task A_batch_is_not_even_opened_while_the_queue_is_full()
    {
        var blobs = new CountingBlobs(new MemoryBlobStore());
        await using var rig = await new ServerRig(new() { MaxQueued = 1 }, clock: clock, tables: tables, blobs: blobs).StartedAsync();
        await WaitingAsync(rig);
        var batch = SomeBatch.New(clock);
        await rig.Get<BatchStore>().InsertAsync(batch, new([new(RunIds.New(clock), "{}")]), Cancellation);
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation); // The first look enters what earlier releases wrote.
        tables.Writes.Clear();
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation);
        Assert.Equal((0, 0), (blobs.Reads, tables.Writes.Count));

        await rig.Get<BatchStore>().ChangeAsync(batch.Id, b => b with { CancelRequestedAt = clock.GetUtcNow() }, Cancellation);
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation);
        Assert.True((await rig.Get<BatchStore>().FindAsync(batch.Id, Cancellation))!.IsDone); // It was inserted.
    }

    [Fact]
    public async Task The_usage_of_a_client_reads_no_other_clients()
    {
        await using var rig = await RigAsync();
        foreach (var client in Enumerable.Range(0, 50).Select(i => $"client{i}").Append("client").Append("client1\n2"))
        {
            await rig.Get<UsageStore>().AddAsync(new(UtcDay.Of(clock.GetUtcNow()), client, "w", 1), Cancellation);
        }

        tables.Reset();
        var day = UtcDay.Of(clock.GetUtcNow());
        Assert.Equal(["client"], (await rig.Get<UsageStore>().SumAsync(day, day, "client", Cancellation)).Select(r => r.Client));
        Assert.Equal(1, tables.RowsOf("usage"));
    }

    private async Task<ServerRig> RigAsync() => await new ServerRig(clock: clock, tables: tables).StartedAsync();

    private static NodeCatalog CatalogOf(string @class) => NodeCatalog.Read(BytesOf(@class));

    private async Task SaveAsync(ServerRig rig, NodeCatalog catalog)
    {
        await rig.Get<WorkflowStore>().KeepAsync(catalog, Cancellation);
        Assert.True(await rig.Get<WorkflowStore>().TryWriteAsync(
            new() { Name = "w", Versions = [new(1, "content", catalog.Hash, clock.GetUtcNow())] }, Cancellation));
    }

    private static async Task<string[]> CatalogsAsync(ServerRig rig) =>
        await rig.Get<IBlobStore>().ListAsync("catalogs/", Cancellation).Select(f => Path.GetFileNameWithoutExtension(f.Name))
            .ToArrayAsync(Cancellation);

    private static async Task<string> KeepAsync(ServerRig rig, string @class) =>
        (await rig.Get<HostCatalogs>().KeepAsync(BytesOf(@class), Cancellation)).Hash;

    private static byte[] BytesOf(string @class) =>
        Encoding.UTF8.GetBytes($$$"""{"{{{@class}}}":{"input":{},"output":[],"name":"{{{@class}}}"}}""");

    private async Task<ComfyFunc.Engine.RunId> WaitingAsync(ServerRig rig)
    {
        var run = SomeRun.In(new RunState.Waiting(Placement.First), clock);
        await rig.Get<RunStore>().InsertAsync(run, Cancellation);
        await rig.Get<PendingStore>().AddAsync(
            new() { Run = run.Id, Placement = Placement.First, Since = clock.GetUtcNow(), Work = new() { Name = "w@1" } }, Cancellation);
        return run.Id;
    }
}
