using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>Who observes runs is told of them, whatever befalls the others.</summary>
public class RunObserversTests
{
    private static readonly RunRecord Run = SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_fails_keeps_no_other_from_hearing_of_an_end()
    {
        var (before, after) = (new Watcher(), new Watcher());
        await Of(before, new Failing(), after).EndedAsync(Run, Cancellation);

        Assert.Equal([Run, Run], [.. before.Ended, .. after.Ended]);
    }

    [Fact]
    public async Task Only_those_who_want_it_are_told_that_the_row_is_written()
    {
        var (wants, rests) = (new Watcher { Wants = true }, new Watcher());

        Assert.Same(wants, Assert.Single(await Of(rests, wants).HappeningAsync(Run, RunMoment.Ended, Cancellation)));
    }

    [Fact]
    public async Task A_removal_that_one_could_not_follow_is_tried_again_by_whoever_removes() =>
        await Assert.ThrowsAsync<IOException>(() => Of(new Failing()).RemovedAsync(Run, Cancellation));

    [Fact]
    public async Task Storage_that_is_away_is_said_once_for_all_the_runs_that_end()
    {
        var log = new FakeLogger<RunObservers>();
        var observers = new RunObservers([new Failing(new StorageUnavailableException())], new FakeTimeProvider(), log);
        await observers.EndedAsync(Run, Cancellation);
        await observers.EndedAsync(Run, Cancellation);

        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal((3006, null), (line.Id.Id, line.Exception));
    }

    private static RunObservers Of(params IRunObserver[] observers) => new(observers, TimeProvider.System, NullLogger<RunObservers>.Instance);

    private sealed class Watcher : IRunObserver
    {
        public bool Wants { get; init; }

        public List<RunRecord> Ended { get; } = [];

        public Task<bool> HappeningAsync(RunRecord run, RunMoment moment, CancellationToken cancellationToken) => Task.FromResult(Wants);

        public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
        {
            Ended.Add(run);
            return Task.CompletedTask;
        }
    }

    private sealed class Failing(Exception? why = null) : IRunObserver
    {
        public Task EndedAsync(RunRecord run, CancellationToken cancellationToken) =>
            throw why ?? new IOException("No storage.");

        public Task RemovedAsync(RunRecord run, CancellationToken cancellationToken) => throw new IOException("No storage.");
    }
}
