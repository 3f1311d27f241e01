using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>Tells a run that its prompt has ended: once, however many processes have an eye on it.</summary>
public sealed class PromptEnds(PromptWatch watch, KeptPictures pictures, RunStore runs, RunPrompts prompts, IRunDriver driver,
    TimeProvider clock) : IPromptEnds
{
    // Whoever submitted the prompt hears of its end at once, and of pictures before it. Others leave it the time to pass them on.
    private static readonly TimeSpan Precedence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Respite = TimeSpan.FromSeconds(1);

    public async Task EndedAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (!await TellFirstAsync(lease, cancellationToken))
        {
            await TellUnlessKnownAsync(lease, cancellationToken);
        }
    }

    public async Task ToldAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (watch.IsOwn(lease.Prompt))
        {
            if (watch.AwaitsPictures(lease.Prompt) || !await TellFirstAsync(lease, cancellationToken))
            {
                _ = TellLaterAsync(lease);
            }
        }
        else if (await runs.FindAsync(lease.Run, cancellationToken) is { } run && Executes(run, lease)
            && !(await prompts.WorkflowAsync(run, cancellationToken)).Classes.Contains(CompiledPrompt.SocketClass))
        {
            await TellAsync(lease, cancellationToken);
        }
        else
        {
            _ = TellLaterAsync(lease);
        }
    }

    /// <returns>Whether it was for this process to tell, and had not been told yet.</returns>
    private async Task<bool> TellFirstAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (!watch.TellEnd(lease.Prompt))
        {
            return false;
        }

        await KeepPicturesAsync(lease, cancellationToken);
        await TellAsync(lease, cancellationToken);
        return true;
    }

    // Should it fail, the run's own deadlines ask.
    private async Task TellLaterAsync(Lease lease)
    {
        await Task.Delay(Precedence, clock);
        if (watch.IsOwn(lease.Prompt))
        {
            await EndedAsync(lease, CancellationToken.None);
        }
        else
        {
            await TellIfExecutingAsync(lease, CancellationToken.None);
        }
    }

    // They are nowhere else: without them the run fails, so storage gets its time. Should that take too long, the run's own deadlines ask.
    private async Task KeepPicturesAsync(Lease lease, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await pictures.KeepAsync(lease, cancellationToken);
                return;
            }
            catch (StorageUnavailableException) when (watch.LeaseOf(lease.Prompt) is not null)
            {
                await Task.Delay(Respite, clock, cancellationToken);
            }
        }
    }

    private Task TellAsync(Lease lease, CancellationToken cancellationToken) =>
        driver.SignalAsync(lease.Run,
            new RunEvent.Finished(lease.Attempt, clock.GetUtcNow(), (long?)watch.LoadTimeOf(lease.Prompt)?.TotalMilliseconds),
            cancellationToken);

    private async Task TellUnlessKnownAsync(Lease lease, CancellationToken cancellationToken)
    {
        await Task.Delay(Precedence, clock, cancellationToken);
        if (watch.LeaseOf(lease.Prompt) is null)
        {
            return; // Its slot has been given back meanwhile.
        }

        await TellIfExecutingAsync(lease, cancellationToken);
    }

    private async Task TellIfExecutingAsync(Lease lease, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(lease.Run, cancellationToken);
        if (run is not null && Executes(run, lease))
        {
            await TellAsync(lease, cancellationToken);
        }
        else if (run is null or { Outcome: not null })
        {
            watch.Forget(lease);
        }
    }

    private static bool Executes(RunRecord run, Lease lease) => run.State is RunState.Executing { Lease: var held } && held == lease;
}
