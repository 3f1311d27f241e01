using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public class RunRemovalTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_past_their_retention_go_with_their_blobs_and_others_stay()
    {
        var clock = new FakeTimeProvider(Start);
        await using var services = new ServiceCollection().AddMemoryStorage().BuildServiceProvider();
        var blobs = services.GetRequiredService<IBlobStore>();
        await services.GetRequiredService<IDocumentTables>().EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        var runs = SomeRun.StoreIn(services.GetRequiredService<IDocumentTables>());
        var old = await InsertAsync(runs, clock, ended: true);
        var open = await InsertAsync(runs, clock, ended: false);
        await blobs.PutBytesAsync(RunBlobs.Output(old, 1, "9", 0), new byte[3], "image/png", Cancellation);
        clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromHours(1));
        var young = await InsertAsync(runs, clock, ended: true);

        var driver = new NoDriver();
        var removed = await new RunRemoval(runs, blobs,
            new RunObservers([Outboxes.Over(services, clock)], clock, NullLogger<RunObservers>.Instance),
            driver, new ComfyFuncOptions(), clock,
            NullLogger<RunRemoval>.Instance).SweepAsync(Cancellation);

        Assert.Equal(1, removed);
        Assert.Equal([old], driver.Forgotten);
        Assert.Equal([clock.GetUtcNow() - new ComfyFuncOptions().Retention], driver.ForgottenBefore);
        Assert.Null(await runs.FindAsync(old, Cancellation));
        Assert.Null(await blobs.FindAsync(RunBlobs.Output(old, 1, "9", 0), Cancellation));
        Assert.NotNull(await runs.FindAsync(open, Cancellation));
        Assert.NotNull(await runs.FindAsync(young, Cancellation));
    }

    private static async Task<RunId> InsertAsync(RunStore runs, TimeProvider clock, bool ended)
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
            CompletedAt = ended ? now : null,
            Limits = new() { StartBy = now, FinishBy = now },
            State = ended ? new RunState.Ended(new RunOutcome.Succeeded()) : RunProcess.Initial,
        };
        return (await runs.InsertAsync(run, Cancellation)).Id;
    }
}
