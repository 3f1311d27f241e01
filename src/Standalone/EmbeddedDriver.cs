using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Standalone;

/// <summary>Drives every run of this process; a new process resumes those that it left open.</summary>
public sealed partial class EmbeddedDriver(RunLoops loops, RunStore runs, TimeProvider clock, ILogger<EmbeddedDriver> logger)
    : BackgroundService, IRunDriver
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    private readonly RepeatedFailures failures = new(clock);
    private long signals;

    public bool IsReady => true;

    public bool DrivesHere => true;

    public long Signals => Interlocked.Read(ref signals);

    public Task StartAsync(RunId run, CancellationToken cancellationToken)
    {
        loops.Drive(run, new RunEvent.Accepted(clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    public Task ResumeAsync(RunId run, CancellationToken cancellationToken)
    {
        loops.Drive(run, new RunEvent.DeadlinePassed(clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref signals);
        loops.Signal(run, signal);
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
                if (loops.Drive(run.Id, new RunEvent.DeadlinePassed(clock.GetUtcNow())))
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
        await loops.StopAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    [LoggerMessage(EventIds.RunsResumed, LogLevel.Information, "Resumed {Count} run(s) that an earlier process had left open.")]
    private partial void RunsResumed(int count);

    [LoggerMessage(EventIds.RunsNotResumed, LogLevel.Warning,
        "Runs that an earlier process left open wait for storage. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void RunsNotResumed(string reason, int unsaid);
}
