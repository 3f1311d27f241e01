using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using ComfyFunc.Tests.ComfySim;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

public sealed class RecurringServiceTests
{
    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(StorageUnavailableException))]
    public async Task A_round_that_fails_does_not_end_the_rounds(Type failure)
    {
        var clock = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var service = new Rounds(clock, round =>
        {
            if (round == 3)
            {
                stop.Cancel();
            }

            throw (Exception)Activator.CreateInstance(failure)!;
        });
        var loop = service.LoopAsync(stop.Token);
        Assert.Equal(1, service.Count); // The next comes after a respite.
        await clock.AdvanceUntilAsync(() => loop.IsCompleted);

        Assert.Equal(3, service.Count);
    }

    private sealed class Rounds(TimeProvider clock, Action<int> round) : RecurringService(clock, NullLogger.Instance)
    {
        public int Count { get; private set; }

        protected override Task RoundAsync(CancellationToken stoppingToken)
        {
            round(++Count);
            return Task.CompletedTask;
        }
    }
}
