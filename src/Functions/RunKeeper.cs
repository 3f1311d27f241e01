using ComfyFunc.Server.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComfyFunc.Functions;

/// <summary>
/// The durable keeper of a run that takes long: waits until the process that drives it says how it went, and looks for itself when the time
/// has come by which the run would have moved. It holds no decision and no payload, so a history is a handful of small events however
/// long the run takes.
/// </summary>
public static class RunKeeper
{
    /// <summary>The one external event; its data is one of the two below.</summary>
    public const string News = "news";

    /// <summary>The run has ended.</summary>
    public const string Ended = "ended";

    /// <summary>The process that drove the run leaves.</summary>
    public const string Left = "left";

    // A look that throws could not read the run's row.
    private static readonly TaskOptions Again = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromSeconds(30)));

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    [Function(nameof(RunKeeper))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var kept = context.GetInput<KeptRun>() ?? throw new InvalidOperationException("A keeper is started with the run that it keeps.");
        var pause = kept.Until is { } first ? new(first, kept.Step) : await LookAsync(context, new(kept.Run, kept.Step, IsLeft: true));
        Task<string>? news = null;
        while (pause.Until is { } until)
        {
            // One waiter at a time: waiters are a stack, and one left behind would swallow the next news.
            news ??= context.WaitForExternalEvent<string>(News);
            using var awake = new CancellationTokenSource();
            var deadline = context.CreateTimer(until.UtcDateTime, awake.Token);
            var isTold = await Task.WhenAny(news, deadline) == news;
            awake.Cancel(); // Not CancelAsync: an orchestration may await nothing but its context's own tasks.
            if (isTold && await news == Ended)
            {
                return;
            }

            news = isTold ? null : news;
            pause = await LookAsync(context, new(kept.Run, pause.Step, isTold));
        }
    }

    private static async Task<RunPause> LookAsync(TaskOrchestrationContext context, RunLook look)
    {
        try
        {
            return await context.CallActivityAsync<RunPause>(nameof(LookAfterRun), look, Again);
        }
        catch (TaskFailedException)
        {
            return new(new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero) + LongestDelay, look.Step);
        }
    }
}
