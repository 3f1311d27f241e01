using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Time.Testing;
using static ComfyFunc.Engine.Runs.RunState;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>When a process carries on a run that it does not drive.</summary>
public sealed class TakeoverTests : IAsyncDisposable
{
    private static readonly HostId Host = new("h");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;

    public TakeoverTests() => rig = new(clock: clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    public static TheoryData<string, Type?> States => new()
    {
        { "executing", typeof(RunEvent.DeadlinePassed) },
        { "placing", typeof(RunEvent.DeadlinePassed) },
        { "waiting", typeof(RunEvent.Granted) },
        { "executing another attempt", null },
        { "collecting", null },
        { "ended", null },
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_run_whose_prompt_has_left_its_host_is_carried_on_where_nobody_moves_it(string state, Type? news)
    {
        var lease = await LentAsync(lease => StateOf(state, lease));
        await LookedAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(7));
        await LookAsync(rig);
        Assert.Empty(rig.Driver.TakenOver);
        clock.Advance(TimeSpan.FromSeconds(1));
        await LookAsync(rig);

        Assert.Equal(news is null ? [] : [(lease.Run, news)], rig.Driver.TakenOver.Select(t => (t.Run, t.News.GetType())));
        clock.Advance(TimeSpan.FromSeconds(7));
        await LookAsync(rig);
        Assert.Equal(news is null ? 0 : 1, rig.Driver.TakenOver.Count);
    }

    [Fact]
    public async Task One_that_rests_between_two_tries_is_carried_on_when_its_time_has_passed()
    {
        var lease = await LentAsync(lease => StateOf("collecting", lease));
        for (var seconds = 0; seconds < 40; seconds += 8)
        {
            await LookedAsync(rig);
            Assert.Empty(rig.Driver.TakenOver);
            clock.Advance(TimeSpan.FromSeconds(8));
        }

        await LookedAsync(rig);
        Assert.Equal(lease.Run, Assert.Single(rig.Driver.TakenOver).Run);
    }

    [Fact]
    public async Task One_whose_prompt_is_where_it_should_be_is_left_alone()
    {
        var lease = await LentAsync(lease => StateOf("executing", lease));
        await LookedAsync(rig, lease.Prompt);
        clock.Advance(TimeSpan.FromSeconds(10));
        await LookedAsync(rig, new PromptId(Guid.NewGuid()), lease.Prompt);
        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task One_whose_host_has_gone_is_carried_on_though_nobody_can_look()
    {
        var lease = await LentAsync(lease => StateOf("executing", lease));
        await rig.Get<HostStore>().UpdateAsync(Host, h => h with { Status = HostStatus.Offline }, Cancellation);
        await LookAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(8));
        await LookAsync(rig);
        Assert.Equal(lease.Run, Assert.Single(rig.Driver.TakenOver).Run);
    }

    [Fact]
    public async Task One_that_was_just_placed_is_left_alone()
    {
        await LentAsync(lease => StateOf("executing", lease), age: TimeSpan.FromSeconds(1));
        await LookedAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(9));
        await LookedAsync(rig);
        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task Old_news_of_a_queue_says_nothing()
    {
        await LentAsync(lease => StateOf("executing", lease));
        await LookedAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(16));
        await LookAsync(rig);
        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task One_that_this_process_has_in_hand_is_left_alone()
    {
        var lease = await LentAsync(lease => StateOf("executing", lease));
        using (await rig.Get<RunsInHand>().TakeAsync(lease.Run, Cancellation))
        {
            await LookedAsync(rig);
            clock.Advance(TimeSpan.FromSeconds(8));
            await LookAsync(rig);
        }

        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task One_that_another_process_has_in_hand_is_left_alone_until_that_one_has_fallen_silent()
    {
        var lease = await LentAsync(lease => StateOf("executing", lease));
        await using var other = await new ServerRig(before: rig, clock: clock).StartedAsync();
        using var taken = await other.Get<RunsInHand>().TakeAsync(lease.Run, Cancellation);
        await LookedAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(4));
        await rig.Get<ProcessStore>().PutAsync(other.Get<ProcessBeat>().Now(), Cancellation);
        clock.Advance(TimeSpan.FromSeconds(4));
        await LookedAsync(rig);
        Assert.Empty(rig.Driver.TakenOver);

        clock.Advance(TimeSpan.FromSeconds(8));
        await LookedAsync(rig);
        Assert.Equal(lease.Run, Assert.Single(rig.Driver.TakenOver).Run);
    }

    [Fact]
    public async Task Of_several_processes_one_takes_it()
    {
        await LentAsync(lease => StateOf("executing", lease));
        await using var other = await new ServerRig(before: rig, clock: clock).StartedAsync();
        foreach (var process in (ServerRig[])[rig, other])
        {
            await LookedAsync(process);
        }

        clock.Advance(TimeSpan.FromSeconds(8));
        await Task.WhenAll(LookAsync(rig), LookAsync(other));
        Assert.Single(rig.Driver.TakenOver.Concat(other.Driver.TakenOver));
    }

    [Fact]
    public async Task A_process_that_can_wake_no_run_takes_none()
    {
        await LentAsync(lease => StateOf("executing", lease));
        rig.Driver.IsReady = false;
        await LookedAsync(rig);
        clock.Advance(TimeSpan.FromSeconds(8));
        await LookedAsync(rig);
        Assert.Empty(rig.Driver.TakenOver);
    }

    private static RunState StateOf(string name, Lease lease) => name switch
    {
        "executing" => new Executing(Placement.First, lease, Inspections: 0),
        "executing another attempt" => new Executing(Placement.First, lease with { Attempt = 2 }, Inspections: 0),
        "placing" => new Placing(Placement.First),
        "waiting" => new Waiting(Placement.First),
        "collecting" => new Collecting(Placement.First, lease),
        "ended" => new Ended(new RunOutcome.Succeeded()),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private async Task<Lease> LentAsync(Func<Lease, RunState> state, TimeSpan? age = null)
    {
        await rig.StartedAsync();
        var now = clock.GetUtcNow();
        var id = RunIds.New(clock);
        var lease = new Lease(Host, id, Placement.First.Attempt);
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(state(lease), clock, id), Cancellation);
        await rig.Get<HostStore>()
            .PutAsync(Host,
                _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Leases = [new(id, lease.Attempt, now)] }, Cancellation);
        clock.Advance(age ?? TimeSpan.FromSeconds(11));
        return lease;
    }

    // The process sees these prompts in the host's queue, and considers what it has seen.
    private static async Task LookedAsync(ServerRig process, params PromptId[] queue)
    {
        await process.Get<HostStore>().RefreshAsync(Cancellation);
        await process.Get<HostSentinel>()
            .LookedAsync(Host, new(queue.Length == 0 ? [] : [queue[0]], [.. queue.Skip(1)]), isHearing: false, Cancellation);
        await LookAsync(process);
    }

    private static Task LookAsync(ServerRig process) => process.Get<Takeover>().LookAsync(Cancellation);
}
