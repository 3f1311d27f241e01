using System.Collections.Concurrent;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Functions;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Functions;

/// <summary>The orchestrator on the real engine, over an activity that answers as a test wants.</summary>
public sealed class RunOrchestratorTests : IAsyncLifetime
{
    private static readonly RunPause Ended = new(null, 9);

    private readonly ConcurrentQueue<RunAdvance> advances = [];
    private readonly ConcurrentQueue<Func<RunPause>> answers = [];
    private DurableTaskTestHost host = null!; // Set before each test.

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DurableTaskClient Client => host.Client;

    public async ValueTask InitializeAsync() => host = await DurableTaskTestHost.StartAsync(
        tasks =>
        {
            tasks.AddOrchestratorFunc<string, object?>(nameof(RunOrchestrator), async (context, _) =>
            {
                await RunOrchestrator.RunAsync(context);
                return null;
            });
            tasks.AddActivityFunc<RunAdvance, RunPause>(nameof(RunActivity), (_, advance) =>
            {
                advances.Enqueue(advance);
                return answers.TryDequeue(out var answer) ? answer() : Ended;
            });
        },
        new() { LoggerFactory = NullLoggerFactory.Instance, Port = FreePort.Next() },
        Cancellation);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_run_is_advanced_from_its_acceptance_until_it_has_ended()
    {
        await StartAsync("r1");
        var end = await Client.WaitForInstanceCompletionAsync("r1", getInputsAndOutputs: true, Cancellation);

        Assert.True(end.RuntimeStatus is OrchestrationRuntimeStatus.Completed, end.FailureDetails?.ToString());
        var advance = Assert.Single(advances);
        Assert.Equal(("r1", 0), (advance.Run, advance.Step));
        Assert.IsType<RunEvent.Accepted>(EventOf(advance));
    }

    [Fact]
    public async Task It_wakes_for_every_signal_in_their_order_with_the_step_that_it_knows()
    {
        answers.Enqueue(() => new(DateTimeOffset.UtcNow.AddHours(1), 3));
        answers.Enqueue(() => new(DateTimeOffset.UtcNow.AddHours(1), 4));
        await StartAsync("r2");
        await SignalAsync("r2", new RunEvent.Begun(1, DateTimeOffset.UnixEpoch));
        await SignalAsync("r2", new RunEvent.Finished(1, DateTimeOffset.UnixEpoch));
        await Client.WaitForInstanceCompletionAsync("r2", Cancellation);

        Assert.Equal([(typeof(RunEvent.Accepted), 0), (typeof(RunEvent.Begun), 3), (typeof(RunEvent.Finished), 4)],
            advances.Select(a => (EventOf(a).GetType(), a.Step)));
    }

    [Fact]
    public async Task Without_a_signal_it_looks_at_the_time_that_it_was_told()
    {
        answers.Enqueue(() => new(DateTimeOffset.UtcNow.AddMilliseconds(200), 3));
        await StartAsync("r3");
        await Client.WaitForInstanceCompletionAsync("r3", Cancellation);

        Assert.Equal([typeof(RunEvent.Accepted), typeof(RunEvent.DeadlinePassed)], advances.Select(a => EventOf(a).GetType()));
    }

    [Fact]
    public async Task A_step_that_fails_is_carried_out_again()
    {
        answers.Enqueue(() => throw new InvalidOperationException("Storage is away."));
        await StartAsync("r4");
        var end = await Client.WaitForInstanceCompletionAsync("r4", Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(2, advances.Count);
        Assert.Single(advances.Distinct());
    }

    [Fact]
    public async Task Signals_after_a_look_are_heard_however_close_they_follow_each_other()
    {
        using var looked = new SemaphoreSlim(0);
        answers.Enqueue(() => new(DateTimeOffset.UtcNow.AddMilliseconds(200), 1));
        answers.Enqueue(() =>
        {
            looked.Release();
            return new(DateTimeOffset.UtcNow.AddHours(1), 2);
        });
        answers.Enqueue(() =>
        {
            // While the step for the one before is being carried out.
            SignalAsync("r5", new RunEvent.Finished(1, DateTimeOffset.UnixEpoch)).GetAwaiter().GetResult();
            return new(DateTimeOffset.UtcNow.AddHours(1), 3);
        });
        await StartAsync("r5");
        await looked.WaitAsync(Cancellation);
        await SignalAsync("r5", new RunEvent.Begun(1, DateTimeOffset.UnixEpoch));
        await Client.WaitForInstanceCompletionAsync("r5", Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(
            [typeof(RunEvent.Accepted), typeof(RunEvent.DeadlinePassed), typeof(RunEvent.Begun), typeof(RunEvent.Finished)],
            advances.Select(a => EventOf(a).GetType()));
    }

    private static RunEvent EventOf(RunAdvance advance) => StoredJson.Read<RunEvent>(advance.Event);

    private Task<string> StartAsync(string run) =>
        Client.ScheduleNewOrchestrationInstanceAsync(nameof(RunOrchestrator), run, new() { InstanceId = run }, Cancellation);

    private Task SignalAsync(string run, RunEvent signal) =>
        Client.RaiseEventAsync(run, RunOrchestrator.Signal, StoredJson.Write(signal), Cancellation);
}
