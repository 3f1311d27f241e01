using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using CsCheck;

namespace ComfyFunc.Tests.Server;

/// <summary>Where the time of runs went: every millisecond has one name.</summary>
public class RunTimesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<double?> Moment =
        Gen.OneOf(Gen.Const((double?)null), Gen.Int[-50_000, 600_000].Select(tenths => (double?)(tenths / 10.0)));

    // Deliberately ignorant of the order in which things can really happen.
    private static readonly Gen<RunAttempt> Attempt = Gen.Select(
        Gen.Int[0, 60_000],
        Gen.Int[0, 9_000],
        Gen.Select(Moment, Moment),
        Gen.Select(Moment, Moment),
        Gen.OneOf(Gen.Const((long?)null), Gen.Long[-10, 9_000].Select(ms => (long?)ms)),
        (started, stage, heard, said, load) => AttemptAt(1, started, stage, heard.Item1,
            heard.Item2) with
        { ExecutionStartedAt = At(said.Item1), ExecutionEndedAt = At(said.Item2), LoadMs = load });

    [Fact]
    public void The_parts_of_an_ended_run_add_up_to_the_whole_whatever_the_clocks_say() =>
        Gen.Select(Attempt.Array[0, 4], Gen.Int[0, 700_000], Gen.Bool).Sample((attempts, tenths, endsWithLast) =>
        {
            var completed = tenths / 10.0;
            if (endsWithLast && attempts is [.., var last])
            {
                attempts[^1] = last with { EndedAt = At(completed) };
            }

            var times = RunTimes.Of(Ended(completed, attempts));
            var parts = times.All.SkipLast(1).Select(t => t ?? 0).ToArray();

            Assert.Equal((long)completed, times.Total);
            Assert.Equal(times.Total, parts.Sum());
            Assert.All(parts, p => Assert.InRange(p, 0, (long)completed));
        });

    [Fact]
    public void A_run_goes_from_queue_to_queue_and_through_its_execution() => Assert.Equal(
        new RunTimes(Queue: 1_000, Lost: null, Stage: 200, HostQueue: 800, Load: 1_500, Execution: 3_500, Collect: 250, Total: 7_250),
        RunTimes.Of(Ended(7_250,
            AttemptAt(1, 1_200, 200, 2_050, 7_250) with { ExecutionStartedAt = At(2_000), ExecutionEndedAt = At(7_000), LoadMs = 1_500 })));

    [Fact]
    public void What_earlier_attempts_took_is_lost_and_what_lies_between_is_waiting() => Assert.Equal(
        new RunTimes(Queue: 100 + 1_000, Lost: 4_900, Stage: 0, HostQueue: 0, Load: null, Execution: 2_000, Collect: 0, Total: 8_000),
        RunTimes.Of(Ended(8_000, AttemptAt(1, 100, 0, 200, 5_000),
            AttemptAt(2, 6_000, 0, 6_000, 8_000) with { ExecutionStartedAt = At(6_000), ExecutionEndedAt = At(8_000) })));

    [Theory]
    [InlineData(-3_600_000)]
    [InlineData(3_600_000)]
    public void A_host_whose_clock_is_wrong_is_believed_how_long_it_took_and_not_when(double skew) => Assert.Equal(
        new RunTimes(Queue: 1_000, Lost: null, Stage: 0, HostQueue: 500, Load: null, Execution: 4_000, Collect: 500, Total: 6_000),
        RunTimes.Of(Ended(6_000,
            AttemptAt(1, 1_000, 0, 1_500, 6_000) with { ExecutionStartedAt = At(1_500 + skew), ExecutionEndedAt = At(5_500 + skew) })));

    [Fact]
    public void Who_never_got_a_host_only_waited() =>
        Assert.Equal(new RunTimes(9_000, null, null, null, null, null, null, 9_000), RunTimes.Of(Ended(9_000)));

    [Fact]
    public void Who_lost_its_host_and_found_no_other_waited_the_rest() =>
        Assert.Equal(new RunTimes(1_000 + 5_000, 3_000, null, null, null, null, null, 9_000),
            RunTimes.Of(Ended(9_000, AttemptAt(1, 1_000, 0, 1_000, 4_000))));

    [Fact]
    public void Who_ended_in_a_host_s_queue_never_executed() =>
        Assert.Equal(new RunTimes(1_000, null, 0, 8_000, null, null, null, 9_000),
            RunTimes.Of(Ended(9_000, AttemptAt(1, 1_000, 0, null, 9_000))));

    [Fact]
    public void A_run_under_way_tells_what_is_over()
    {
        var open = SomeRun.In(RunProcess.Initial, TimeProvider.System) with { CreatedAt = Noon };

        Assert.All(RunTimes.Of(open).All, Assert.Null);
        Assert.Equal(new RunTimes(800, null, 200, null, null, null, null, null),
            RunTimes.Of(open with { Attempts = [AttemptAt(1, 1_000, 200, null, null)] }));
        Assert.Equal(new RunTimes(800, null, 200, 500, null, null, null, null),
            RunTimes.Of(open with { Attempts = [AttemptAt(1, 1_000, 200, 1_500, null)] }));
        Assert.Equal(new RunTimes(800, 3_000, null, null, null, null, null, null),
            RunTimes.Of(open with { Attempts = [AttemptAt(1, 800, 0, 1_500, 3_800)] }));
    }

    [Fact]
    public void Loading_is_the_time_in_which_loaders_executed()
    {
        var load = new LoadTime(new HashSet<string> { "4", "7" });
        foreach (var (node, at) in new (string? Node, double At)[] { ("4", 0), ("4", 500), ("6", 1_000), (null, 2_000), ("7", 3_000),
            ("3", 3_250), ("3", 9_000) })
        {
            load.Heard(node, At(at)!.Value);
        }

        Assert.Equal(1_250, load.Until(At(20_000)!.Value).TotalMilliseconds);
        load.Heard("7", At(20_000)!.Value);
        Assert.Equal(2_250, load.Until(At(21_000)!.Value).TotalMilliseconds);
    }

    private static DateTimeOffset? At(double? milliseconds) => milliseconds is { } ms ? Noon.AddMilliseconds(ms) : null;

    private static RunAttempt AttemptAt(int number, double started, long stage, double? begun, double? ended) =>
        new(number, new("host"), default, At(started)!.Value, At(ended)) { StageMs = stage, BegunAt = At(begun) };

    private static RunRecord Ended(double completed, params RunAttempt[] attempts) =>
        SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), TimeProvider.System) with
        {
            CreatedAt = Noon,
            CompletedAt = At(completed),
            Attempts = [.. attempts],
        };
}
