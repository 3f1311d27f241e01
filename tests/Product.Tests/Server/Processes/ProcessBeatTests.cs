using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.ComfySim;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>What a process says of itself, and how often.</summary>
public sealed class ProcessBeatTests : IAsyncLifetime
{
    private static readonly RunId Run = new("01ARZ3NDEKTSV4RRFFQ69G5FAV");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingTables tables = new(new MemoryDocumentTables());
    private readonly ServerRig rig;

    public ProcessBeatTests() => rig = new(clock: clock, tables: tables);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Writes => tables.Writes.GetValueOrDefault("processes PUT");

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task It_comes_again_soon_while_it_has_a_run_in_hand_for_long()
    {
        var beat = rig.Get<ProcessBeat>();
        Assert.Equal((30, ""), Said());
        using var taken = await rig.Get<RunsInHand>().TakeAsync(Run, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((30, ""), Said());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((4, Run.Value), Said());

        (double, string) Said() =>
            beat.Now() is var row ? ((row.NextAt - row.SeenAt).TotalSeconds, string.Join(' ', row.InHand)) : default;
    }

    [Fact]
    public async Task It_writes_when_there_is_something_new_or_when_it_said_that_it_would_and_its_row_goes_with_it()
    {
        var beat = rig.Get<ProcessBeat>();
        await beat.StartAsync(Cancellation);
        var first = (await Eventually.SeesAsync(() => rig.Get<ProcessStore>().LivingAsync(Cancellation), rows => rows.Length == 1))[0];
        await clock.AdvanceUntilAsync(() => Writes > 1);
        Assert.True(clock.GetUtcNow() >= first.NextAt);
        using (await rig.Get<RunsInHand>().TakeAsync(Run, Cancellation))
        {
            await UntilAsync(row => row.InHand.Contains(Run.Value));
        }

        await UntilAsync(row => row.InHand.IsEmpty);
        await beat.StopAsync(Cancellation);
        Assert.Empty(await rig.RowsAsync("processes"));
    }

    private Task<ImmutableArray<ProcessRow>> UntilAsync(Func<ProcessRow, bool> isAsWanted) => Eventually.SeesAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return rig.Get<ProcessStore>().LivingAsync(Cancellation);
        },
        rows => rows.Any(isAsWanted));
}
