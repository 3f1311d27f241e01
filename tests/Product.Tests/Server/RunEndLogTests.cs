using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public class RunEndLogTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly FakeLogger log = new();

    [Fact]
    public void A_run_leaves_one_line_with_all_that_is_asked_of_it()
    {
        var start = clock.GetUtcNow();
        var run = SomeRun.In(new RunState.Ended(new RunOutcome.Failed(new(FaultCode.NodeFailed, "A node failed."))), clock) with
        {
            Client = "shop",
            Trace = "0af7651916cd43dd8448eb211c80319c",
            CompletedAt = start.AddMilliseconds(9000),
            Attempts = [
                new(1, new("lost"), default, start.AddMilliseconds(100)),
                new(2, new("gpu0"), default, start.AddMilliseconds(1000)) { ExecutionStartedAt = start.AddMilliseconds(3000),
                    ExecutionEndedAt = start.AddMilliseconds(8500) },
            ],
        };
        RunEndLog.Ended(log, run);

        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal(
            $"Run {run.Id} ended as Failed (reason node_failed): workflow w version 1, client 'shop', host gpu0, attempts 2; waited 1000 "
                + $"ms, on the host 2000 ms, executed 5500 ms, 9000 ms in all; trace 0af7651916cd43dd8448eb211c80319c.",
            line.Message);
        Assert.Equal((LogLevel.Warning, 3003), (line.Level, line.Id.Id));
        Assert.Equal("5500", line.GetStructuredStateValue("ExecuteMs"));
    }

    public static TheoryData<RunOutcome, LogLevel, string> Ends { get; } = new()
    {
        { new RunOutcome.Succeeded(), LogLevel.Information, "Succeeded (reason none)" },
        { new RunOutcome.Canceled(false), LogLevel.Information, "Canceled (reason canceled)" },
        { new RunOutcome.Expired(), LogLevel.Warning, "Expired (reason start_deadline_exceeded)" },
        { new RunOutcome.Failed(new(FaultCode.HostLost, "It was lost.")), LogLevel.Warning, "Failed (reason host_lost)" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void Ends_that_somebody_may_act_on_are_warnings(RunOutcome outcome, LogLevel level, string said)
    {
        RunEndLog.Ended(log, SomeRun.In(new RunState.Ended(outcome), clock));
        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal(level, line.Level);
        Assert.Contains($" ended as {said}: ", line.Message, StringComparison.Ordinal);
    }
}
