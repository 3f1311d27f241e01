using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Wire;
using Samples = ComfyFunc.Tests.Acceptance.Prompts;

namespace ComfyFunc.Tests.Functions;

/// <summary>Runs on the real durable engine: orchestrator, activity, executor and stores as on Functions, and simulated hosts.</summary>
public sealed class RunsOnDurableTests
{
    [Fact]
    public async Task A_run_is_accepted_signaled_by_its_host_and_done()
    {
        await using var rig = await DurableRig.StartAsync();
        await rig.SaveAsync("slow", Samples.Slow);
        var run = await rig.CallAsync("slow", """{"sleep":{"seconds":0.5}}""");
        var row = await rig.EndAsync(run);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Equal(["image"], row.Artifacts.Select(a => a.Tag));
        Assert.Equal((1, 0), (rig.Hosts[0].Stats.Executions.Count, await rig.LeasesAsync()));
        Assert.Contains("EventRaised", rig.HistoryOf(run).Told);
        Assert.DoesNotContain("TimerFired", rig.HistoryOf(run).Told);
        AssertReplays(rig.HistoryOf(run), "ended");
    }

    [Theory]
    [InlineData("before it was carried out")]
    [InlineData("after it was carried out")]
    public async Task A_step_that_fails_is_carried_out_again_and_submits_nothing_twice(string when)
    {
        await using var rig = await DurableRig.StartAsync();
        await rig.SaveAsync("picture", Samples.Picture);
        var isFirst = true;
        rig.Step = async (_, carryOut) =>
        {
            var fails = Interlocked.Exchange(ref isFirst, false);
            if (fails && when.StartsWith("before", StringComparison.Ordinal))
            {
                throw new IOException("The worker died.");
            }

            var pause = await carryOut();
            return fails ? throw new IOException("The worker died.") : pause;
        };
        var run = await rig.CallAsync("picture");
        var row = await rig.EndAsync(run);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Equal([1], rig.Hosts[0].Stats.Submissions.Values);
        Assert.Equal(["TaskFailed", "TimerFired"], rig.HistoryOf(run).Told.Where(e => e is "TaskFailed" or "TimerFired"));
        AssertReplays(rig.HistoryOf(run), "retried");
    }

    [Fact]
    public async Task A_signal_that_is_lost_is_made_up_for_by_the_deadline()
    {
        await using var rig = await DurableRig.StartAsync();
        await rig.SaveAsync("picture", Samples.Picture);
        rig.LosesSignals = true;
        var run = await rig.CallAsync("picture", limits: l => l with { FirstInspection = TimeSpan.FromMilliseconds(500) });
        var row = await rig.EndAsync(run);

        Assert.IsType<RunOutcome.Succeeded>(row.Outcome);
        Assert.Null(row.TakenOverAt);
        Assert.Contains("TimerFired", rig.HistoryOf(run).Told);
        Assert.DoesNotContain("EventRaised", rig.HistoryOf(run).Told);
        AssertReplays(rig.HistoryOf(run), "looked");
    }

    [Fact]
    public async Task A_run_that_is_canceled_is_taken_off_its_host_and_gives_its_slot_back()
    {
        await using var rig = await DurableRig.StartAsync();
        await rig.SaveAsync("slow", Samples.Slow);
        var run = await rig.CallAsync("slow", """{"sleep":{"seconds":600}}""");
        await rig.UntilAsync<RunState.Executing>(run, s => !s.IsQueued);
        await rig.CancelAsync(run);
        var row = await rig.EndAsync(run);

        Assert.Equal(new RunOutcome.Canceled(GpuWorkBegun: true), row.Outcome);
        Assert.Equal((1, 0), (rig.Hosts[0].Stats.Interrupted, await rig.LeasesAsync()));
        AssertReplays(rig.HistoryOf(run), "canceled");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Two_runs_at_once_share_what_slots_there_are(int slots)
    {
        await using var rig = await DurableRig.StartAsync(hosts: slots, slots: 1);
        await rig.SaveAsync("slow", Samples.Slow);
        var first = await rig.CallAsync("slow", """{"sleep":{"seconds":3},"canvas":{"color":1}}""");
        await rig.UntilAsync<RunState.Executing>(first, _ => true);
        var second = await rig.CallAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":2}}""");
        await rig.UntilAsync<RunState>(second, s => slots == 1 ? s is RunState.Waiting : s is RunState.Executing);
        RunRecord[] rows = [await rig.EndAsync(first), await rig.EndAsync(second)];

        Assert.All(rows, r => Assert.IsType<RunOutcome.Succeeded>(r.Outcome));
        Assert.Equal(slots, rows.Select(r => Assert.Single(r.Attempts).Host).Distinct().Count());
        Assert.Equal(0, await rig.LeasesAsync());
        AssertReplays(rig.HistoryOf(first), "ended");
        AssertReplays(rig.HistoryOf(second), slots == 1 ? "waited" : "ended");
    }

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
