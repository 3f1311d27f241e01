using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>Puts a run into the pending queue, where the dispatcher finds it, and takes it out.</summary>
public sealed class RunQueue(RunPrompts prompts, PendingStore pending, DispatchBell bell)
{
    public async Task AddAsync(RunRecord run, Placement placement, CancellationToken cancellationToken)
    {
        await pending.AddAsync(await prompts.WaitingAsync(run, placement, cancellationToken), cancellationToken);
        bell.Ring();
    }

    public Task TakeAsync(RunId run, CancellationToken cancellationToken) => pending.TakeAsync(run, cancellationToken);
}
