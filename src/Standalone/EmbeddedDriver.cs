using System.Collections.Concurrent;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Standalone;

/// <summary>
/// Drives every run of this process: a mailbox and a loop each. What it was doing is in the runs' rows, so a new process resumes it.
/// </summary>
/// <param name="executor">Made late: what it is made of wakes runs through this driver.</param>
public sealed partial class EmbeddedDriver(Lazy<RunExecutor> executor, RunStore runs, TimeProvider clock, ILogger<EmbeddedDriver> logger)
    : BackgroundService, IRunDriver
{
    private const int MostTries = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<RunId, RunMail> mailboxes = new();
    private readonly ConcurrentDictionary<Task, RunId> loops = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly RepeatedFailures failures = new(clock);
    private long signals;

    public bool IsReady => true;

    public bool DrivesHere => true;

    public long Signals => Interlocked.Read(ref signals);

    public Task StartAsync(RunId run, CancellationToken cancellationToken)
    {
        Drive(run, new RunEvent.Accepted(clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    public Task ResumeAsync(RunId run, CancellationToken cancellationToken)
    {
        Drive(run, new RunEvent.DeadlinePassed(clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Wakes a run that is driven here. One that another process drives, or drove, is driven here from then on too: its row decides between
    /// the two.
    /// </summary>
    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref signals);
        while (!Drive(run, signal))
        {
            if (mailboxes.TryGetValue(run, out var mailbox) && mailbox.TryPost(signal))
            {
                break;
            }
        }

        return Task.CompletedTask;
    }

    public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => SignalAsync(run, news, cancellationToken);

    /// <summary>Nothing is kept of a run but its row.</summary>
    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Resumes every run that an earlier process left open. A deadline event makes each look where it stands.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var resumed = 0;
        while (!await TryResumeAsync(() => resumed++, stoppingToken))
        {
            await Task.Delay(FirstDelay, clock, stoppingToken);
        }

        if (resumed > 0)
        {
            RunsResumed(resumed);
        }
    }

    // Those that are driven by then are not driven twice.
    private async Task<bool> TryResumeAsync(Action count, CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var run in runs.OpenRunsAsync(since: null, stoppingToken))
            {
                if (Drive(run.Id, new RunEvent.DeadlinePassed(clock.GetUtcNow())))
                {
                    count();
                }
            }

            return true;
        }
        catch (StorageUnavailableException e)
        {
            if (failures.IsToBeSaid(nameof(RunsNotResumed), out var unsaid))
            {
                RunsNotResumed(e.GetBaseException().Message, unsaid);
            }

            return false;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await base.StopAsync(cancellationToken);

        // Storage is closed after this: a step that is under way ends first.
        await Task.WhenAll(loops.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        stopping.Dispose();
        base.Dispose();
    }

    private bool Drive(RunId run, RunEvent first)
    {
        var mailbox = new RunMail(clock);
        if (!mailboxes.TryAdd(run, mailbox))
        {
            return false;
        }

        var loop = Task.Run(() => DriveAsync(run, first, mailbox, stopping.Token), CancellationToken.None);
        loops[loop] = run;
        _ = loop.ContinueWith(ended => loops.TryRemove(ended, out _), TaskScheduler.Default);
        return true;
    }

    private async Task DriveAsync(RunId run, RunEvent first, RunMail mailbox, CancellationToken cancellationToken)
    {
        try
        {
            var pause = await AdvanceAsync(run, first, step: 0, mailbox, cancellationToken);
            while (pause.Until is { } until)
            {
                pause = await AdvanceAsync(run, await mailbox.NextAsync(until, cancellationToken), pause.Step, mailbox, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops; the next one resumes the run from its row.
        }
        finally
        {
            mailboxes.TryRemove(run, out _);
            mailbox.Close(); // Whoever has just found it here and writes too late drives the run anew.
        }
    }

    // The driver's one outer catch: the run's row cannot be read or written. The event is tried again a few times, since carrying out a
    // step twice is safe; then it is lost, as any may be, and the run hears what has come meanwhile or finds out for itself at its next
    // look.
    private async Task<RunPause> AdvanceAsync(RunId run, RunEvent @event, int step, RunMail mailbox, CancellationToken cancellationToken)
    {
        for (var (tries, delay) = (1, FirstDelay); ; tries++, delay *= 2)
        {
            try
            {
                return await executor.Value.AdvanceAsync(run, @event, step, mailbox.SoonAsync, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Say(run, tries, e);
                mailbox.Unhear();
                if (tries == MostTries)
                {
                    return new(clock.GetUtcNow() + LongestDelay, step);
                }

                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    // Without storage every run's step fails, and for one reason.
    private void Say(RunId run, int tries, Exception e)
    {
        if (e is not StorageUnavailableException)
        {
            StepFailed(run, tries, e);
        }
        else if (failures.IsToBeSaid(nameof(StorageWasUnavailable), out var unsaid))
        {
            StorageWasUnavailable(run, e.GetBaseException().Message, unsaid);
        }
    }

    [LoggerMessage(EventIds.RunsResumed, LogLevel.Information, "Resumed {Count} run(s) that an earlier process had left open.")]
    private partial void RunsResumed(int count);

    [LoggerMessage(EventIds.RunsNotResumed, LogLevel.Warning,
        "Runs that an earlier process left open wait for storage. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void RunsNotResumed(string reason, int unsaid);

    [LoggerMessage(EventIds.StepFailed, LogLevel.Error, "A step of run {RunId} failed at try {Try}.")]
    private partial void StepFailed(RunId runId, int @try, Exception exception);

    [LoggerMessage(EventIds.EmbeddedDriverStorageWasUnavailable, LogLevel.Warning,
        "Storage did not answer a step of run {RunId}; it is tried again. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(RunId runId, string reason, int unsaid);
}
