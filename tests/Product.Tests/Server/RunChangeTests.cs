using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using CsCheck;

namespace ComfyFunc.Tests.Server;

/// <summary>What followers of a run are told: each change has one place, whatever happens after it.</summary>
public class RunChangeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_row_only_adds_to_its_changes() =>
        Gen.OneOf(Gen.Const("place"), Gen.Const("begin"), Gen.Const("cancel"), Gen.Const("end")).Array[0, 12].Sample(doings =>
    {
        var (run, now) = (SomeRun.In(RunProcess.Initial, TimeProvider.System), Noon);
        var told = RunChange.Of(run);
        foreach (var doing in doings)
        {
            now = now.AddSeconds(1);
            run = Do(run, doing, now);
            var changes = RunChange.Of(run);

            Assert.Equal(told, changes.Take(told.Length));
            Assert.Equal(run.Status, changes[^1].Status);
            told = changes;
        }
    });

    [Fact]
    public void A_run_that_begins_after_a_cancel_was_asked_for_is_not_told_to_run()
    {
        var run = Do(Do(Do(SomeRun.In(RunProcess.Initial, TimeProvider.System), "place", Noon), "cancel", Noon), "begin", Noon);

        Assert.Equal([RunStatus.Queued, RunStatus.Canceling, RunStatus.Canceling], RunChange.Of(run).Select(c => c.Status));
        Assert.Equal(1, RunChange.Of(run)[2].Attempt?.Number);
    }

    [Fact]
    public void What_ended_is_canceled_no_more()
    {
        var ended = Do(SomeRun.In(RunProcess.Initial, TimeProvider.System), "end", Noon);

        Assert.Same(ended, ended.WithCancelRequested(Noon));
    }

    private static RunRecord Do(RunRecord run, string doing, DateTimeOffset now) => doing switch
    {
        _ when run.Outcome is not null => run,
        "place" => run with
        {
            Attempts = run.Attempts.Add(new(run.Attempts.Length + 1, new("host"), PromptId.Of(run.Id, run.Attempts.Length + 1), now))
        },
        "begin" when run.Attempts is [.., { BegunAt: null } last] =>
            run with
            {
                StartedAt = run.StartedAt ?? now,
                Attempts = run.Attempts.SetItem(run.Attempts.Length - 1, last with { BegunAt = now })
            },
        "cancel" => run.WithCancelRequested(now),
        "end" => run with { State = new RunState.Ended(new RunOutcome.Canceled(GpuWorkBegun: false)), CompletedAt = now },
        _ => run,
    };
}
