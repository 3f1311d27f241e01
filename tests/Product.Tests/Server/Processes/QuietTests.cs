using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>A process with nothing to do asks storage less often, and misses nothing for it.</summary>
public sealed class QuietTests() : TwoRigs(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly HostId Host = new("h");

    private Quiet Quiet => rig.Get<Quiet>();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        clock.Advance(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task It_is_quiet_when_nobody_has_asked_anything_for_a_while()
    {
        Assert.True(Quiet.IsSo);
        await AskAsync(Role.Run);
        Assert.False(Quiet.IsSo);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(Quiet.IsSo);
    }

    [Fact]
    public async Task Probes_and_heartbeats_do_not_disturb_it()
    {
        await AskAsync(Role.None);
        await AskAsync(Role.Host);
        Assert.True(Quiet.IsSo);
    }

    [Fact]
    public async Task Neither_is_it_quiet_while_a_slot_is_lent_or_a_run_waits()
    {
        var run = RunIds.New(clock);
        await rig.Get<HostStore>().PutAsync(Host,
            _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Leases = [new(run, 1, clock.GetUtcNow())] }, Cancellation);
        Assert.False(Quiet.IsSo);
        await rig.Get<HostStore>().UpdateAsync(Host, h => h with { Leases = [] }, Cancellation);
        Assert.True(Quiet.IsSo);
        await rig.Get<PendingStore>().AddAsync(Waiting(run), Cancellation);
        Assert.False(Quiet.IsSo);
    }

    [Fact]
    public async Task It_lends_no_slot_of_a_queue_that_was_paused_elsewhere_meanwhile()
    {
        var catalog = await rig.Get<HostCatalogs>().KeepAsync("{}"u8.ToArray(), Cancellation);
        await rig.Get<HostStore>()
            .PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), CatalogHash = catalog.Hash }, Cancellation);
        await rig.Get<CatalogWatch>().LoadAsync(rig.Get<HostStore>().Known, Cancellation);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(9));
        await other.Get<PendingStore>().PauseAsync(Cancellation);

        var slot = await rig.Get<SlotFinder>().FindAsync(Waiting(RunIds.New(clock)), Cancellation);
        Assert.Null(slot.Lease);
        Assert.IsType<RunEvent.NoSlot>(slot.Answer);
        await other.Get<PendingStore>().ResumeAsync(Cancellation);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        Assert.NotNull((await rig.Get<SlotFinder>().FindAsync(Waiting(RunIds.New(clock)), Cancellation)).Lease);
    }

    private async Task AskAsync(Role role) => await rig.Get<Gate>().RefusalAsync(ServerRig.Request(), role, Cancellation);

    private WaitingRun Waiting(RunId run) => new()
    {
        Run = run,
        Placement = Placement.First,
        Work = new() { Name = "w@1" },
        Since = clock.GetUtcNow(),
    };
}
