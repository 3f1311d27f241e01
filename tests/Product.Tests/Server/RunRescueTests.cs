using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public class RunRescueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_never_started_is_taken_over_and_one_past_every_deadline_is_ended()
    {
        var clock = new FakeTimeProvider(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var services = new ServiceCollection().AddMemoryStorage().BuildServiceProvider();
        await services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        var runs = SomeRun.StoreIn(services.GetRequiredService<IDocumentTables>());
        var stuck = await InsertAsync(runs, clock, finishWithin: TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromMinutes(12));
        var idle = await InsertAsync(runs, clock, finishWithin: TimeSpan.FromMinutes(30));
        clock.Advance(TimeSpan.FromMinutes(1));
        var young = await InsertAsync(runs, clock, finishWithin: TimeSpan.FromMinutes(30));
        var driver = new NoDriver();

        await RescueOver(services, runs, driver, clock).SweepAsync(Cancellation);

        Assert.Equal([idle], driver.Resumed);
        Assert.Equal(RunStatus.Failed, (await runs.FindAsync(stuck, Cancellation))?.Status);
        Assert.Equal(RunStatus.Queued, (await runs.FindAsync(young, Cancellation))?.Status);
    }

    [Fact]
    public async Task A_run_that_a_crash_left_half_deleted_is_found_by_nobody_and_goes_wholly()
    {
        var clock = new FakeTimeProvider(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var services = new ServiceCollection().AddMemoryStorage().BuildServiceProvider();
        await services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        var runs = SomeRun.StoreIn(services.GetRequiredService<IDocumentTables>());
        var blobs = services.GetRequiredService<IBlobStore>();
        var half = await InsertAsync(runs, clock, finishWithin: TimeSpan.FromMinutes(1));
        await blobs.PutBytesAsync(RunBlobs.Output(half, 1, "9", 0), new byte[3], "image/png", Cancellation);
        await runs.ChangeAsync(half, r => r with { State = new RunState.Ended(new RunOutcome.Succeeded()), IsLeaving = true }, Cancellation);

        Assert.Null(await runs.FindAsync(half, Cancellation));
        Assert.Empty((await runs.PageAsync(new(), 10, null, Cancellation)).Runs);
        Assert.Empty(await runs.OpenRunsAsync(since: null, Cancellation).ToArrayAsync(Cancellation));
        Assert.Single(await runs.UnfinishedAsync(since: null, Cancellation).ToArrayAsync(Cancellation));

        await RescueOver(services, runs, new NoDriver(), clock).SweepAsync(Cancellation);

        Assert.Empty(await runs.UnfinishedAsync(since: null, Cancellation).ToArrayAsync(Cancellation));
        Assert.Null(await blobs.FindAsync(RunBlobs.Output(half, 1, "9", 0), Cancellation));
    }

    [Fact]
    public async Task A_store_of_one_s_own_keeps_nothing_of_an_old_run_that_was_half_deleted()
    {
        var clock = new FakeTimeProvider(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var services = new ServiceCollection().AddSingleton<IDocumentTables>(new MemoryDocumentTables { AreShared = false })
            .AddMemoryStorage().BuildServiceProvider();
        var runs = SomeRun.StoreIn(services.GetRequiredService<IDocumentTables>());
        var blobs = services.GetRequiredService<IBlobStore>();
        var old = await InsertAsync(runs, clock, finishWithin: TimeSpan.FromMinutes(1));
        await blobs.PutBytesAsync(RunBlobs.Output(old, 1, "9", 0), new byte[3], "image/png", Cancellation);
        await runs.ChangeAsync(old, r => r with { State = new RunState.Ended(new RunOutcome.Succeeded()) }, Cancellation);
        clock.Advance(TimeSpan.FromDays(5));
        var rescue = RescueOver(services, runs, new NoDriver(), clock);
        await rescue.SweepAsync(Cancellation);
        Assert.NotNull(await blobs.FindAsync(RunBlobs.Output(old, 1, "9", 0), Cancellation));

        await runs.ChangeAsync(old, r => r with { IsLeaving = true }, Cancellation);
        clock.Advance(TimeSpan.FromHours(1));
        await rescue.SweepAsync(Cancellation);

        Assert.Empty(await runs.UnfinishedAsync(since: null, Cancellation).ToArrayAsync(Cancellation));
        Assert.Null(await blobs.FindAsync(RunBlobs.Output(old, 1, "9", 0), Cancellation));
    }

    private static RunRescue RescueOver(IServiceProvider services, RunStore runs, IRunDriver driver, TimeProvider clock)
    {
        var observers = new RunObservers([Outboxes.Over(services, clock)], clock, NullLogger<RunObservers>.Instance);
        var removal = new RunRemoval(runs, services.GetRequiredService<IBlobStore>(), observers, driver, new ComfyFuncOptions(), clock,
            NullLogger<RunRemoval>.Instance);
        var batches = new BatchStore(services.GetRequiredService<IDocumentTables>(), services.GetRequiredService<IBlobStore>(),
            new ComfyFuncOptions(), clock);
        var pending = new PendingStore(services.GetRequiredService<IDocumentTables>(), new(services.GetRequiredService<IDocumentTables>()), clock);
        return new RunRescue(runs, batches, pending, removal, driver, observers, services.GetRequiredService<IDocumentTables>(), clock);
    }

    private static async Task<RunId> InsertAsync(RunStore runs, TimeProvider clock, TimeSpan finishWithin)
    {
        var now = clock.GetUtcNow();
        var run = new RunRecord
        {
            Id = RunIds.New(clock),
            Workflow = "w",
            Version = 1,
            Content = "c",
            Catalog = "k",
            CreatedAt = now,
            Limits = new() { StartBy = now + finishWithin, FinishBy = now + finishWithin },
            State = RunProcess.Initial
        };
        return (await runs.InsertAsync(run, Cancellation)).Id;
    }
}
