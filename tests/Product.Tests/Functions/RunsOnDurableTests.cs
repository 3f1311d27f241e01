using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support;
using ComfyFunc.Tests.Wire;
using Samples = ComfyFunc.Tests.Acceptance.Prompts;

namespace ComfyFunc.Tests.Functions;

/// <summary>Runs and their keepers on the real durable engine: driver, executor and stores as on Functions, and simulated hosts.</summary>
public sealed class RunsOnDurableTests
{
    private const string Long = """{"sleep":{"seconds":600}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_short_run_costs_the_durable_runtime_nothing()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("picture");
        var row = await rig.EndAsync(run);
        await Eventually.IsSoAsync(() => !rig.Get<RunLoops>().Drives(run));
        await rig.Keepers.LookAsync(Cancellation);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Equal(["my image"], row.Artifacts.Select(a => a.Tag));
        Assert.Equal((1, 0), (rig.Hosts[0].Stats.Executions.Count, await rig.LeasesAsync()));
        Assert.False(await rig.HasKeeperAsync(run));
    }

    [Fact]
    public async Task A_run_that_takes_long_gets_a_keeper_who_is_told_of_its_end()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("slow", Long);
        await rig.UntilAsync<RunState.Executing>(run, s => !s.IsQueued);
        await Eventually.IsSoAsync(() => rig.Get<RunLoops>().Driven is [{ Rest: not null }]);
        var rest = rig.Get<RunLoops>().Driven[0].Rest!.Value; // It rests.
        await rig.Keepers.LookAsync(Cancellation);
        await rig.Keepers.LookAsync(Cancellation);
        Assert.True(await rig.HasKeeperAsync(run));
        Assert.Equal(new(run.Value, rest.Until + RunCare.Patience, rest.Step), await rig.KeptRunAsync(run));
        await rig.CancelAsync(run);
        var row = await rig.EndAsync(run);
        await Eventually.IsSoAsync(() => !rig.Get<RunLoops>().Drives(run));
        await rig.Keepers.LookAsync(Cancellation);
        var history = await rig.KeptAsync(run);

        Assert.Equal(new RunOutcome.Canceled(GpuWorkBegun: true), row.Outcome);
        Assert.Equal((1, 0), (rig.Hosts[0].Stats.Interrupted, await rig.LeasesAsync()));
        Assert.Empty(rig.Looks);
        AssertReplays(history, "told");
    }

    [Fact]
    public async Task A_keeper_that_could_not_be_told_of_an_end_is_told_at_the_next_look()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("slow", Long);
        await rig.UntilAsync<RunState.Executing>(run, s => !s.IsQueued);
        await rig.Keepers.LookAsync(Cancellation);
        await rig.CancelAsync(run);
        await rig.EndAsync(run);
        await Eventually.IsSoAsync(() => !rig.Get<RunLoops>().Drives(run));
        await using (var deaf = DurableRig.DeafClient())
        {
            rig.Get<DurableClientSource>().Offer(deaf);
            await rig.Keepers.LookAsync(Cancellation);
        }

        rig.Get<DurableClientSource>().Offer(rig.Client);
        await rig.Keepers.LookAsync(Cancellation);
        await rig.KeptAsync(run);

        Assert.Empty(rig.Looks);
    }

    [Fact]
    public async Task Keepers_are_given_without_being_asked_for()
    {
        await using var rig = await StartAsync();
        await rig.Keepers.StartAsync(Cancellation);
        var run = await rig.CallAsync("slow", Long);
        await Eventually.SeesAsync(() => rig.HasKeeperAsync(run), isKept => isKept);
        await rig.Keepers.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_run_that_nobody_drives_is_carried_on_when_it_should_have_moved()
    {
        await using var rig = await StartAsync();
        var run = await rig.AcceptAsync("picture");
        await KeepAsync(rig, new(run.Value, DateTimeOffset.UtcNow.AddMilliseconds(300), Step: 0));
        var row = await rig.EndAsync(run);
        await rig.Get<DurableHub>().TellAsync(run, RunKeeper.Ended, Cancellation);
        var history = await rig.KeptAsync(run);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Equal([new(run.Value, 0, IsLeft: false)], rig.Looks);
        AssertReplays(history, "carried");
    }

    [Fact]
    public async Task A_run_that_was_left_is_carried_on_at_once()
    {
        await using var rig = await StartAsync();
        var run = await rig.AcceptAsync("picture");
        await KeepAsync(rig, new(run.Value, Until: null, Step: 0));
        var row = await rig.EndAsync(run);
        await rig.Get<DurableHub>().TellAsync(run, RunKeeper.Ended, Cancellation);
        var history = await rig.KeptAsync(run);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Equal([new(run.Value, 0, IsLeft: true)], rig.Looks);
        AssertReplays(history, "left");
    }

    [Fact]
    public async Task A_process_that_stops_leaves_its_runs_to_their_keepers()
    {
        await using var rig = await StartAsync();
        var kept = await rig.CallAsync("slow", Long);
        await rig.UntilAsync<RunState.Executing>(kept, _ => true);
        await rig.Keepers.LookAsync(Cancellation);
        var young = await rig.CallAsync("slow", """{"sleep":{"seconds":600},"canvas":{"color":2}}""");
        await rig.UntilAsync<RunState.Executing>(young, _ => true);
        await rig.Keepers.StopAsync(Cancellation);
        await Eventually.IsSoAsync(() => rig.Looks.Length >= 2);

        Assert.Equal(new[] { kept.Value, young.Value }.Order(StringComparer.Ordinal),
            rig.Looks.Where(l => l.IsLeft).Select(l => l.Run).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_that_has_moved_is_looked_after_again_when_it_would_move_next()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("slow", Long);
        await rig.UntilAsync<RunState.Executing>(run, s => !s.IsQueued);
        var before = DateTimeOffset.UtcNow;
        var pause = await rig.Get<RunCare>().LookAsync(new(run.Value, Step: 0, IsLeft: false), Cancellation);

        Assert.Equal((await rig.FindAsync(run))!.Step, pause.Step);
        Assert.InRange(pause.Until!.Value, before + TimeSpan.FromMinutes(1), before + TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task A_keeper_that_nobody_tells_sees_the_end_for_itself()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("picture");
        await rig.EndAsync(run);
        await KeepAsync(rig, new(run.Value, DateTimeOffset.UtcNow.AddMilliseconds(300), Step: 0));

        AssertReplays(await rig.KeptAsync(run), "looked");
    }

    [Fact]
    public async Task A_look_that_fails_is_done_again()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("picture");
        await rig.EndAsync(run);
        var isFirst = true;
        rig.Look = look => Interlocked.Exchange(ref isFirst, false) ? throw new IOException("Storage is away.") : look();
        await KeepAsync(rig, new(run.Value, DateTimeOffset.UtcNow.AddMilliseconds(300), Step: 0));
        var history = await rig.KeptAsync(run);

        Assert.Equal(2, rig.Looks.Length);
        AssertReplays(history, "retried");
    }

    [Fact]
    public async Task A_run_has_one_keeper_however_many_processes_drive_it()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("slow", Long);
        var hub = rig.Get<DurableHub>();
        var kept = new KeptRun(run.Value, DateTimeOffset.UtcNow.AddHours(1), Step: 0);

        Assert.True(await hub.KeepAsync(kept, Cancellation));
        Assert.True(await hub.KeepAsync(kept, Cancellation));
        Assert.True(await hub.IsKeptAsync(run, Cancellation));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_keeper_whose_run_is_deleted()
    {
        await using var rig = await StartAsync();
        var run = await rig.CallAsync("picture");
        await rig.EndAsync(run);
        await KeepAsync(rig, new(run.Value, DateTimeOffset.UtcNow.AddHours(1), Step: 0));
        await rig.Get<IRunDriver>().ForgetAsync(run, Cancellation);

        Assert.False(await rig.HasKeeperAsync(run));
    }

    [Fact]
    public async Task Only_a_run_without_a_keeper_is_resumed()
    {
        await using var rig = await StartAsync();
        var kept = await rig.AcceptAsync("picture");
        await KeepAsync(rig, new(kept.Value, DateTimeOffset.UtcNow.AddHours(1), Step: 0));
        var lost = await rig.AcceptAsync("picture", """{"my sampler":{"steps":2}}""");
        await rig.Get<IRunDriver>().ResumeAsync(kept, Cancellation);
        await rig.Get<IRunDriver>().ResumeAsync(lost, Cancellation);

        Assert.IsType<RunOutcome.Succeeded>((await rig.EndAsync(lost)).Outcome);
        Assert.Equal(0, (await rig.FindAsync(kept))!.Step);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Two_runs_at_once_share_what_slots_there_are(int slots)
    {
        await using var rig = await StartAsync(hosts: slots, slots: 1);
        var first = await rig.CallAsync("slow", """{"sleep":{"seconds":3},"canvas":{"color":1}}""");
        await rig.UntilAsync<RunState.Executing>(first, _ => true);
        var second = await rig.CallAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":2}}""");
        RunRecord[] rows = [await rig.EndAsync(first), await rig.EndAsync(second)];

        Assert.All(rows, r => Assert.IsType<RunOutcome.Succeeded>(r.Outcome));
        Assert.Equal(slots, rows.Select(r => Assert.Single(r.Attempts).Host).Distinct().Count());
        Assert.Equal(0, await rig.LeasesAsync());
    }

    private static async Task<DurableRig> StartAsync(int hosts = 1, int slots = 2)
    {
        var rig = await DurableRig.StartAsync(hosts, slots);
        await rig.SaveAsync("picture", Samples.Picture);
        await rig.SaveAsync("slow", Samples.Slow);
        return rig;
    }

    private static async Task KeepAsync(DurableRig rig, KeptRun run) =>
        Assert.True(await rig.Get<DurableHub>().KeepAsync(run, Cancellation));

    // COMFYFUNC_RECORD=histories records those that are missing, by the version of the orchestrator that works now.
    private static void AssertReplays(DurableHistory history, string shape)
    {
        var file = Path.Combine(DurableHistory.Folder, $"{OrchestratorVersion.Now}.{shape}.json");
        if (Environment.GetEnvironmentVariable("COMFYFUNC_RECORD") == "histories" && !File.Exists(file))
        {
            history.Write(file);
        }

        Assert.Equal([.. history.Done, "Completed"], history.Replay());
    }
}
