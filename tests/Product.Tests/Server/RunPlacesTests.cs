using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Runs that an earlier release has kept by days, and those of this one by seconds, in one table.</summary>
public sealed class RunPlacesTests : IDisposable
{
    private readonly MemoryDocumentTables tables = new();
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<RunStore> stores = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => stores.ForEach(s => s.Dispose());

    [Fact]
    public async Task A_store_that_begins_empty_keeps_its_runs_by_seconds()
    {
        var run = await InsertAsync(Open());
        Assert.NotNull(await tables["runs"].FindAsync(RunKeys.Partition(run), RunKeys.Row(run), Cancellation));

        // Also as others see it, and however long it has run.
        clock.Advance(TimeSpan.FromDays(3));
        var other = await InsertAsync(Open());
        Assert.NotNull(await tables["runs"].FindAsync(RunKeys.Partition(other), RunKeys.Row(other), Cancellation));
        Assert.NotNull(await Open().FindAsync(run, Cancellation));
    }

    [Fact]
    public async Task Runs_of_an_earlier_release_are_found_changed_listed_and_deleted()
    {
        var old = new List<RunId>();
        for (var i = 0; i < 3; i++)
        {
            old.Add(await InsertAsEarlierAsync());
            clock.Advance(TimeSpan.FromHours(9));
        }

        var runs = Open();
        List<RunId> all = [.. old];
        for (var i = 0; i < 3; i++)
        {
            // The first while instances are exchanged: an instance of the earlier release has to find it.
            all.Add(await InsertAsync(runs));
            clock.Advance(TimeSpan.FromMinutes(14));
        }

        Assert.NotNull(await tables["runs"].FindAsync(RunKeys.Day(RunKeys.CreatedAt(all[3])), RunKeys.Row(all[3]), Cancellation));
        Assert.NotNull(await tables["runs"].FindAsync(RunKeys.Partition(all[5]), RunKeys.Row(all[5]), Cancellation));

        var newestFirst = Enumerable.Reverse(all).ToArray();
        Assert.Equal(newestFirst, await ListAsync(Open(), new()));
        foreach (var id in all)
        {
            Assert.Equal("changed", (await runs.ChangeAsync(id, r => r with { Client = "changed" }, Cancellation))?.Client);
            var at = RunKeys.CreatedAt(id);
            Assert.Equal(newestFirst.SkipWhile(r => r != id).Skip(1), await ListAsync(runs, new() { CreatedBefore = at }));
            Assert.Equal(newestFirst.TakeWhile(r => r != id).Append(id), await ListAsync(runs, new() { CreatedFrom = at }));
            Assert.Equal(newestFirst.SkipWhile(r => r != id).Skip(1),
                await runs.CreatedBeforeAsync(at, Cancellation).Select(r => r.Id).ToArrayAsync(Cancellation));
            Assert.Equal(newestFirst.TakeWhile(r => r != id).Append(id),
                await runs.OpenRunsAsync(at, Cancellation).Select(r => r.Id).ToArrayAsync(Cancellation));
            Assert.Equal(newestFirst.SkipWhile(r => r != all[4]).TakeWhile(r => r != all[1]).Append(all[1]),
                await runs.OpenAmongAsync(all[1], all[4], Cancellation).Select(r => r.Id).ToArrayAsync(Cancellation));
        }

        foreach (var id in all)
        {
            await runs.DeleteAsync(id, Cancellation);
        }

        Assert.Empty(await tables["runs"].QueryAsync(new(), Cancellation).ToArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Processes_that_start_at_once_agree()
    {
        await InsertAsEarlierAsync();
        var (one, other) = (new RunPlaces(tables, clock), new RunPlaces(tables, clock));
        var first = await one.PartitionsAsync(Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, await other.PartitionsAsync(Cancellation));
        Assert.True(first.BySecondSince > clock.GetUtcNow());
    }

    private static async Task<RunId[]> ListAsync(RunStore runs, RunFilter filter)
    {
        var page = await runs.PageAsync(filter, 100, null, Cancellation);
        return [.. page!.Runs.Select(r => r.Id)];
    }

    private RunStore Open()
    {
        stores.Add(new(tables, new(tables, clock)));
        return stores[^1];
    }

    private async Task<RunId> InsertAsync(RunStore runs) =>
        (await runs.InsertAsync(SomeRun.In(RunProcess.Initial, clock), Cancellation)).Id;

    private async Task<RunId> InsertAsEarlierAsync()
    {
        var run = SomeRun.In(RunProcess.Initial, clock);
        await tables["runs"].InsertAsync(
            new(RunKeys.Day(clock.GetUtcNow()), RunKeys.Row(run.Id), StoredJson.Write(run))
            {
                Columns = System.Collections.Immutable.ImmutableDictionary<string, object>.Empty.Add("Open", true),
            }, Cancellation);
        return run.Id;
    }
}
