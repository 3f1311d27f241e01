using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Settings;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Which batches are known to be open: all that are, at the price of those alone.</summary>
public sealed class OpenBatchesTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingTables tables = new(new MemoryDocumentTables());
    private readonly ServerRig rig;

    public OpenBatchesTests() => rig = new(clock: clock, tables: tables);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BatchStore Batches => rig.Get<BatchStore>();

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Open_ones_are_found_without_a_look_at_those_that_are_kept()
    {
        var first = await AddAsync(isDone: false);
        for (var i = 0; i < 400; i++)
        {
            await AddAsync(isDone: true);
        }

        var last = await AddAsync(isDone: false);
        await Batches.OpenAsync(Cancellation);
        tables.Reset();
        Assert.Equal([last, first], await OpenAsync());
        Assert.Equal((1, 2), (tables.ReadsOf("batches"), tables.RowsOf("batches")));

        await Batches.ChangeAsync(first, b => b with { IsDone = true, Made = 1 }, Cancellation);
        Assert.Equal([last], await OpenAsync());
    }

    [Fact]
    public async Task One_that_is_to_be_canceled_is_open_until_it_is_and_comes_first()
    {
        var done = await AddAsync(isDone: true);
        var feeding = await AddAsync(isDone: false);
        await CancelAsync(done);
        Assert.Equal([(done, true), (feeding, false)], (await Batches.OpenAsync(Cancellation)).Select(b => (b.Id.Value, b.IsCanceled)));
        await CancelAsync(feeding);
        Assert.Equal([(feeding, true), (done, true)], (await Batches.OpenAsync(Cancellation)).Select(b => (b.Id.Value, b.IsCanceled)));

        foreach (var id in new[] { done, feeding })
        {
            await Batches.ChangeAsync(id, b => b with { IsDone = true }, Cancellation);
        }

        Assert.Empty(await OpenAsync());
        Assert.DoesNotContain("{}", (await rig.RowsAsync("batches")).Split('\n').Skip(1)); // The first is the mark of what was entered.
    }

    [Fact]
    public async Task A_cancel_is_found_though_somebody_still_saw_the_batch_as_done()
    {
        var id = await AddAsync(isDone: true);
        await Batches.OpenAsync(Cancellation);
        tables.BeforeReplace = async _ =>
        {
            tables.BeforeReplace = _ => Task.CompletedTask;
            Assert.Null(await Batches.FindAsync(new OpenBatch(new(id), IsCanceled: true), Cancellation));
        };
        await CancelAsync(id);
        Assert.Equal([id], await OpenAsync());
    }

    [Fact]
    public async Task An_entry_of_one_that_is_over_goes_when_somebody_looks()
    {
        var (done, never) = (await AddAsync(isDone: true), RunIds.New(clock).Value);
        var entries = new OpenBatches(tables["batches"], clock);
        await entries.EnterAsync(new(done), isCanceled: false, Cancellation);
        await entries.EnterAsync(new(never), isCanceled: false, Cancellation);
        await LookAsync();
        Assert.Equal([never], await OpenAsync()); // Its row may be written right now.
        clock.Advance(TimeSpan.FromMinutes(61));
        await LookAsync();
        Assert.Empty(await OpenAsync());

        async Task LookAsync()
        {
            foreach (var entry in await Batches.OpenAsync(Cancellation))
            {
                Assert.Null(await Batches.FindAsync(entry, Cancellation));
            }
        }
    }

    [Fact]
    public async Task What_an_earlier_release_wrote_is_entered_at_the_first_look_and_for_a_day_by_the_sweep()
    {
        var first = await WriteOldAsync("newest", isDone: false);
        await WriteOldAsync("newest", isDone: true);
        Assert.Equal([first], await OpenAsync());

        var second = await WriteOldAsync("newest", isDone: false); // A process of that release is there still.
        tables.Reset();
        Assert.Equal([first], await OpenAsync());
        Assert.Equal(1, tables.RowsOf("batches"));
        await Batches.SweepAsync(Cancellation);
        Assert.Equal([second, first], await OpenAsync());

        clock.Advance(TimeSpan.FromHours(25));
        tables.Reset();
        await Batches.SweepAsync(Cancellation);
        Assert.Equal(0, tables.RowsOf("batches"));
    }

    [Fact]
    public async Task What_releases_long_ago_wrote_elsewhere_is_listed_after_a_sweep_once_it_is_done()
    {
        var (done, open) = (await WriteOldAsync("batch", isDone: true), await WriteOldAsync("batch", isDone: false));
        Assert.Empty((await Batches.PageAsync(null, null, 10, null, Cancellation)).Batches);
        await Batches.SweepAsync(Cancellation);
        Assert.Equal([done], (await Batches.PageAsync(null, null, 10, null, Cancellation)).Batches.Select(b => b.Id));
        await Batches.ChangeAsync(open, b => b with { IsDone = true }, Cancellation);
        await Batches.SweepAsync(Cancellation);

        Assert.Equal([open, done], (await Batches.PageAsync(null, null, 10, null, Cancellation)).Batches.Select(b => b.Id));
        Assert.Equal(1, (await Batches.FindAsync(done, Cancellation))?.Total);
        await Batches.SweepAsync(Cancellation);
        clock.Advance(new ComfyFuncOptions().Retention + TimeSpan.FromDays(2));
        await Batches.SweepAsync(Cancellation);
        Assert.Null(await Batches.FindAsync(done, Cancellation));
    }

    private async Task<string[]> OpenAsync() => [.. (await Batches.OpenAsync(Cancellation)).Select(b => b.Id.Value)];

    private async Task CancelAsync(string id) =>
        await Batches.ChangeAsync(id, b => b with { CancelRequestedAt = clock.GetUtcNow(), IsDone = false }, Cancellation);

    private async Task<string> AddAsync(bool isDone)
    {
        var batch = SomeBatch.New(clock) with { IsDone = isDone };
        await Batches.InsertAsync(batch, new([]), Cancellation);
        return batch.Id;
    }

    private async Task<string> WriteOldAsync(string partition, bool isDone)
    {
        var batch = SomeBatch.New(clock) with { IsDone = isDone };
        await tables["batches"].UpsertAsync(
            new(partition, partition == "batch" ? batch.Id : RunKeys.Row(new(batch.Id)), StoredJson.Write(batch))
            {
                Columns = ImmutableDictionary<string, object>.Empty.Add("Open", !isDone),
            }, Cancellation);
        return batch.Id;
    }
}
