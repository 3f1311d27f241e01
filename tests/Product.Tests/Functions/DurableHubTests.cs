using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Server;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Functions;

/// <summary>What a process does whose Durable client has not come, or does not get through.</summary>
public sealed class DurableHubTests : IAsyncLifetime
{
    private static readonly RunId Run = RunIds.New(TimeProvider.System);
    private static readonly KeptRun Kept = new(Run.Value, Until: null, Step: 0);

    private readonly DurableClientSource clients = new();
    private readonly ServerRig rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DurableHub Hub => new(clients, rig.Get<ILogger<DurableHub>>());

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Without_a_client_nothing_is_kept_or_told_and_a_run_may_have_a_keeper()
    {
        Assert.False(Hub.IsReady);
        Assert.False(Driver().IsReady);
        await AssertNothingIsDoneAsync();
        await Hub.ForgetBeforeAsync(DateTimeOffset.UnixEpoch, Cancellation);
        Assert.Contains($"This process has had no Durable client yet; what it had for run {Run} ", rig.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_does_not_answer_is_no_failure_of_whoever_asks()
    {
        await using var deaf = DurableRig.DeafClient();
        clients.Offer(deaf);

        Assert.True(Hub.IsReady);
        Assert.True(Driver().IsReady);
        await AssertNothingIsDoneAsync();
        Assert.Contains($"The durable runtime did not take what concerns run {Run};", rig.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_hangs_takes_what_it_takes_of_a_call_and_no_longer_than_is_left_of_that()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0); // Connections are taken, and nothing is answered.
        mute.Start();
        await using var client = DurableRig.ClientOf(((IPEndPoint)mute.LocalEndpoint).Port);
        clients.Offer(client);
        var clock = new FakeTimeProvider();
        using var call = CallPatience.Begin(clock);
        using (var gone = new CancellationTokenSource())
        {
            var telling = Hub.TellAsync(Run, RunKeeper.Ended, gone.Token);
            clock.Advance(CallPatience.Longest);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => telling);
        }

        Assert.Equal(TimeSpan.Zero, call.Left);
        Assert.False(await Hub.TellAsync(Run, RunKeeper.Ended, Cancellation).WaitAsync(TimeSpan.FromSeconds(15), Cancellation));
    }

    [Fact]
    public async Task A_keeper_that_could_not_be_had_is_asked_for_again()
    {
        await using var deaf = DurableRig.DeafClient();
        clients.Offer(deaf);
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(new RunState.Waiting(Placement.First), TimeProvider.System, Run), Cancellation);
        using var keepers = new RunKeepers(rig.Get<RunLoops>(), Hub, new Later(), NullLogger<RunKeepers>.Instance);
        rig.Get<RunLoops>().Signal(Run, new RunEvent.Begun(1, DateTimeOffset.UnixEpoch));
        await Eventually.IsSoAsync(() => rig.Get<RunLoops>().Driven.Any(d => d.Rest is not null));
        using var soon = new RunKeepers(rig.Get<RunLoops>(), Hub, TimeProvider.System, NullLogger<RunKeepers>.Instance);
        await soon.LookAsync(Cancellation);
        Assert.DoesNotContain($"what concerns run {Run};", rig.Log, StringComparison.Ordinal); // It has not been driven for long.
        await keepers.LookAsync(Cancellation);
        await keepers.LookAsync(Cancellation);

        Assert.Equal(2, rig.Log.Split($"what concerns run {Run};").Length - 1);
        await rig.Get<RunLoops>().StopAsync(Cancellation);
    }

    [Fact]
    public async Task Whoever_has_the_binding_leaves_its_client()
    {
        await using var first = DurableRig.DeafClient();
        await using var second = DurableRig.DeafClient();
        await using var third = DurableRig.DeafClient();
        var timers = new SweepTimers(rig.Get<SweepTimer>(), clients);

        await timers.SweepOften(null!, first, Cancellation); // The timer's state says nothing.
        Assert.Same(first, clients.Current);
        Assert.Equal(["leases", "rescue"], rig.Get<SweepLog>().Ended.Keys);
        await timers.SweepSeldom(null!, second, Cancellation);
        Assert.Same(second, clients.Current);
        Assert.Equal(["housekeeping", "leases", "removal", "rescue", "sync"], rig.Get<SweepLog>().Ended.Keys);
        await new LookAfterRun(rig.Get<RunCare>(), clients).LookAsync(new(Run.Value, 0, IsLeft: false), third, Cancellation);
        Assert.Same(third, clients.Current);
    }

    [Fact]
    public async Task Signals_are_counted_whatever_they_tell()
    {
        var driver = Driver();
        await driver.SignalAsync(Run, new RunEvent.Begun(1, DateTimeOffset.UnixEpoch), Cancellation);
        await driver.TakeOverAsync(Run, new RunEvent.DeadlinePassed(DateTimeOffset.UnixEpoch), Cancellation);

        Assert.Equal(2, driver.Signals);
        await rig.Get<RunLoops>().StopAsync(Cancellation);
    }

    private DurableDriver Driver() =>
        new(rig.Get<RunLoops>(), Hub, TimeProvider.System, NullLogger<DurableDriver>.Instance);

    private async Task AssertNothingIsDoneAsync()
    {
        Assert.False(await Hub.KeepAsync(Kept, Cancellation));
        Assert.False(await Hub.TellAsync(Run, RunKeeper.Ended, Cancellation));
        Assert.True(await Hub.IsKeptAsync(Run, Cancellation));
        await Hub.ForgetAsync(Run, Cancellation);
    }

    // To whom all have been driven for long.
    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + RunKeepers.Patience;
    }
}
