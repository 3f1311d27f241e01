using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComfyFunc.Functions;

/// <summary>
/// How releases before <see cref="RunKeeper"/> drove runs: advance, wait for a signal or the deadline, advance again. It is here for the
/// orchestrations that they left; none is started any more.
/// </summary>
public static class RunOrchestrator
{
    /// <summary>
    /// The one external event. Its data is a <see cref="RunEvent"/> as JSON, because the discriminator is lost where the runtime serialises
    /// it.
    /// </summary>
    public const string Signal = "signal";

    // A step that throws could not read or write the run's row; carrying it out again is safe. When even this is used up, the event is
    // lost, as any may be, and the run hears what has come meanwhile, or finds out for itself at its next look.
    private static readonly TaskOptions Again = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromSeconds(30)));

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    [Function(nameof(RunOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var run = context.GetInput<string>() ?? throw new InvalidOperationException("An orchestration is started with a run id.");
        var pause = await AdvanceAsync(context, run, StoredJson.Write<RunEvent>(new RunEvent.Accepted(Now(context))), step: 0);
        Task<string>? signal = null;
        while (pause.Until is { } until)
        {
            // One waiter at a time: waiters are a stack, and one left behind would swallow the next signal.
            signal ??= context.WaitForExternalEvent<string>(Signal);
            using var awake = new CancellationTokenSource();
            var deadline = context.CreateTimer(until.UtcDateTime, awake.Token);
            var isSignaled = await Task.WhenAny(signal, deadline) == signal;
            awake.Cancel(); // Not CancelAsync: an orchestration may await nothing but its context's own tasks.
            var news = isSignaled ? await signal : StoredJson.Write<RunEvent>(new RunEvent.DeadlinePassed(Now(context)));
            signal = isSignaled ? null : signal;
            pause = await AdvanceAsync(context, run, news, pause.Step);
        }
    }

    private static async Task<RunPause> AdvanceAsync(TaskOrchestrationContext context, string run, string news, int step)
    {
        try
        {
            return await context.CallActivityAsync<RunPause>(nameof(RunActivity), new RunAdvance(run, news, step), Again);
        }
        catch (TaskFailedException)
        {
            return new(Now(context) + LongestDelay, step);
        }
    }

    private static DateTimeOffset Now(TaskOrchestrationContext context) => new(context.CurrentUtcDateTime, TimeSpan.Zero);
}
