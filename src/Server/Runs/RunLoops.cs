using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Carries runs forward in this process: a mailbox and a loop each. What it was doing is in the runs' rows, so another process resumes it.
/// </summary>
/// <param name="executor">Made late: what it is made of wakes runs through a driver, which has these loops.</param>
public sealed partial class RunLoops(Lazy<RunExecutor> executor, TimeProvider clock, ILogger<RunLoops> logger) : IDisposable
{
    private const int MostTries = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<RunId, RunMail> mailboxes = new();
    private readonly ConcurrentDictionary<Task, RunId> loops = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly RepeatedFailures failures = new(clock);

    /// <summary>The runs that are driven here.</summary>
    public ImmutableArray<DrivenRun> Driven => [.. mailboxes.Select(m => new DrivenRun(m.Key, m.Value.Since, m.Value.Rest))];

    public bool Drives(RunId run) => mailboxes.ContainsKey(run);

    /// <returns><see langword="false"/> when the run is driven here already, which then does not hear of it.</returns>
    public bool Drive(RunId run, RunEvent first)
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

    /// <summary>
    /// Wakes a run that is driven here. One that another process drives, or drove, is driven here from then on too: its row decides between
    /// the two.
    /// </summary>
    public void Signal(RunId run, RunEvent signal)
    {
        while (!Drive(run, signal))
        {
            if (mailboxes.TryGetValue(run, out var mailbox) && mailbox.TryPost(signal))
            {
                break;
            }
        }
    }

    /// <summary>Takes no further step of any run. A step that is under way ends first: storage is closed after this.</summary>
    /// <returns>The runs that were driven here and had not ended.</returns>
    public async Task<ImmutableArray<RunId>> StopAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<RunId> left = [.. mailboxes.Keys];
        await stopping.CancelAsync();
        await Task.WhenAll(loops.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return left;
    }

    public void Dispose() => stopping.Dispose();

    private async Task DriveAsync(RunId run, RunEvent first, RunMail mailbox, CancellationToken cancellationToken)
    {
        CallPatience.Leave(); // Whoever called for it may wait for its end.
        try
        {
            var pause = await AdvanceAsync(run, first, step: 0, mailbox, cancellationToken);
            while (pause.Until is { } until)
            {
                var news = await mailbox.NextAsync(pause, until, cancellationToken);
                pause = await AdvanceAsync(run, news, pause.Step, mailbox, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops; another one resumes the run from its row.
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

    [LoggerMessage(EventIds.StepFailed, LogLevel.Error, "A step of run {RunId} failed at try {Try}.")]
    private partial void StepFailed(RunId runId, int @try, Exception exception);

    [LoggerMessage(EventIds.RunLoopsStorageWasUnavailable, LogLevel.Warning,
        "Storage did not answer a step of run {RunId}; it is tried again. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(RunId runId, string reason, int unsaid);
}

/// <summary>A run that a process drives.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Rest">Where it came to rest; <see langword="null"/> while a step of it is being carried out.</param>
public readonly record struct DrivenRun(RunId Id, DateTimeOffset Since, RunPause? Rest);
