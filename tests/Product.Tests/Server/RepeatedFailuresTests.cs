using ComfyFunc.Server.Kit;
using ComfyFunc.Tests.ComfySim;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public class RepeatedFailuresTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void A_failure_that_goes_on_is_said_once_a_minute_with_how_often_it_was_not()
    {
        var failures = new RepeatedFailures(clock);
        var said = new List<(int Second, int Unsaid)>();
        for (var second = 0; second <= 150; second++)
        {
            if (failures.IsToBeSaid("storage", out var unsaid))
            {
                said.Add((second, unsaid));
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([(0, 0), (60, 59), (120, 59)], said);
    }

    [Fact]
    public void Another_failure_is_said_at_once()
    {
        var failures = new RepeatedFailures(clock);
        Assert.True(failures.IsToBeSaid("storage", out _));
        Assert.False(failures.IsToBeSaid("storage", out _));
        Assert.True(failures.IsToBeSaid("host", out var unsaid));
        Assert.Equal(0, unsaid);
    }

    [Fact]
    public async Task Rounds_that_fail_fill_no_log()
    {
        var log = new FakeLogger();
        using var stop = new CancellationTokenSource();
        var service = new Failing(clock, log);
        var loop = service.LoopAsync(stop.Token);
        await clock.AdvanceUntilAsync(() => service.Rounds >= 130);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
        Assert.InRange(log.Collector.Count, 2, 4);
        Assert.All(log.Collector.GetSnapshot(), r => Assert.Equal((LogLevel.Error, 1002), (r.Level, r.Id.Id)));
        Assert.Contains("Not said since the last time: 0.", log.Collector.GetSnapshot()[0].Message, StringComparison.Ordinal);
    }

    private sealed class Failing(TimeProvider clock, ILogger logger) : RecurringService(clock, logger)
    {
        private int rounds;

        public int Rounds => Volatile.Read(ref rounds);

        protected override Task RoundAsync(CancellationToken stoppingToken)
        {
            Interlocked.Increment(ref rounds);
            throw new InvalidOperationException("broken");
        }
    }
}
