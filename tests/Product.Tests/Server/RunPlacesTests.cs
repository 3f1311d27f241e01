using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Runs by seconds, and by days in a store that an earlier release has begun.</summary>
public sealed class RunPlacesTests : IDisposable
{
    private readonly MemoryDocumentTables tables = new();
    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<RunStore> stores = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => stores.ForEach(s => s.Dispose());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Runs_are_found_changed_listed_and_deleted(bool isOfEarlier)
    {
        List<RunId> all = isOfEarlier ? [await InsertAsEarlierAsync()] : [];
        var runs = Open();
        while (all.Count < 9)
        {
            clock.Advance(TimeSpan.FromMinutes(all.Count % 3 == 0 ? 500 : 0.01)); // Some in one second, others in one day, others not.
            all.Add(await InsertAsync(all.Count % 2 == 0 ? runs : Open()));
        }

        var newestFirst = Enumerable.Reverse(all).ToArray();
        Assert.Equal(newestFirst, await ListAsync(Open(), new()));
        foreach (var id in all)
        {
            var (at, older, upTo) = (RunKeys.CreatedAt(id), newestFirst.SkipWhile(r => r != id).Skip(1).ToArray(),
                newestFirst.TakeWhile(r => r != id).Append(id).ToArray());
            var place = isOfEarlier ? RunKeys.Day(at) : RunKeys.Partition(at);
            Assert.NotNull(await tables["runs"].FindAsync(place, RunKeys.Row(id), Cancellation));
            Assert.Equal("changed", (await runs.ChangeAsync(id, r => r with { Client = "changed" }, Cancellation))?.Client);
            Assert.Equal(older, await ListAsync(runs, new() { CreatedBefore = at }));
            Assert.Equal(upTo, await ListAsync(runs, new() { CreatedFrom = at }));
            Assert.Equal(older, await IdsOf(runs.CreatedBeforeAsync(at, Cancellation)));
            Assert.Equal(upTo, await IdsOf(runs.OpenRunsAsync(at, Cancellation)));
            Assert.Equal([id], await IdsOf(runs.OpenAmongAsync(id, id, Cancellation)));
            Assert.Equal(upTo, await IdsOf(runs.OpenAmongAsync(id, all[^1], Cancellation)));
        }

        foreach (var id in all)
        {
            await runs.DeleteAsync(id, Cancellation);
        }

        Assert.Empty(await tables["runs"].QueryAsync(new(), Cancellation).ToArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_store_stays_as_it_began_also_when_its_runs_have_gone()
    {
        var run = await InsertAsync(Open());
        await Open().DeleteAsync(run, Cancellation);
        await InsertAsEarlierAsync();
        Assert.True((await new RunPlaces(tables).PartitionsAsync(Cancellation)).BySecond);
    }

    [Fact]
    public async Task An_empty_page_that_goes_on_says_nothing_of_a_store()
    {
        await InsertAsEarlierAsync();
        var glancing = new GlancingTables(tables) { CutShort = true };
        Assert.False((await new RunPlaces(glancing).PartitionsAsync(Cancellation)).BySecond);
    }

    [Fact]
    public async Task A_process_looks_once()
    {
        var counting = new CountingTables(tables);
        var places = new RunPlaces(counting);
        await places.PartitionsAsync(Cancellation);
        counting.Reset();
        await places.PartitionsAsync(Cancellation);
        Assert.Equal(0, counting.Reads);
    }

    [Fact]
    public async Task Who_sees_the_first_run_of_another_process_before_what_that_wrote_down_looks_again()
    {
        var places = new RunPlaces(new CountingTables(tables)
        {
            BeforePage = async name =>
            {
                if (name == "runs")
                {
                    await InsertAsync(Open());
                }
            },
        });
        Assert.True((await places.PartitionsAsync(Cancellation)).BySecond);
    }

    private static async Task<RunId[]> ListAsync(RunStore runs, RunFilter filter)
    {
        var page = await runs.PageAsync(filter, 100, null, Cancellation);
        return [.. page.Runs.Select(r => r.Id)];
    }

    private static async Task<RunId[]> IdsOf(IAsyncEnumerable<RunRecord> runs) =>
        await runs.Select(r => r.Id).ToArrayAsync(Cancellation);

    private RunStore Open()
    {
        stores.Add(SomeRun.StoreIn(tables));
        return stores[^1];
    }

    private async Task<RunId> InsertAsync(RunStore runs) =>
        (await runs.InsertAsync(SomeRun.In(RunProcess.Initial, clock), Cancellation)).Id;

    private async Task<RunId> InsertAsEarlierAsync()
    {
        var run = SomeRun.In(RunProcess.Initial, clock);
        var row = new Document(RunKeys.Day(clock.GetUtcNow()), RunKeys.Row(run.Id), StoredJson.Write(run))
        {
            Columns = ImmutableDictionary<string, object>.Empty.Add("Open", true),
        };
        await tables["runs"].InsertAsync(row, Cancellation);
        return run.Id;
    }
}
