using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Writes a new run's row. Where the run is driven in this process it gets its slot meanwhile: one flush of the disk does for both. A slot
/// of a run whose row was never written is found by the sweep.
/// </summary>
public sealed class RunEntry(RunStore runs, RunPrompts prompts, SlotFinder slots, IDocumentTables tables, IRunDriver driver)
{
    public async Task<RunRecord> WriteAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (!driver.DrivesHere)
        {
            return await runs.InsertAsync(run, cancellationToken);
        }

        var waiting = await prompts.WaitingAsync(run, Placement.First, cancellationToken);
        Task<RunRecord> writing;
        using (tables.Gather())
        {
            writing = runs.InsertAsync(run, cancellationToken);
            slots.LendAhead(waiting);
        }

        try
        {
            return await writing;
        }
        catch
        {
            await slots.TakeBackAsync(waiting.Run, CancellationToken.None);
            throw;
        }
    }
}
