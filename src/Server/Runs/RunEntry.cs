using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Telemetry;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Writes a new run's row. Where the run is driven in this process it gets its slot meanwhile: one flush of the disk does for both. A slot
/// of a run whose row was never written is found by the sweep.
/// </summary>
public sealed class RunEntry(RunStore runs, RunPrompts prompts, SlotFinder slots, IDocumentTables tables, IRunDriver driver,
    Traces traces)
{
    /// <param name="about">The span that is the cause of the run, where the run is no part of it.</param>
    public async Task<RunRecord> WriteAsync(RunRecord run, string? about, CancellationToken cancellationToken)
    {
        using var span = traces.Begin("create run", ActivityKind.Producer, about);
        run = run with { Trace = TraceIds.Current, TraceParent = Traces.Current };
        if (span is not null)
        {
            RunTraces.Name(span, run).SetTag(Attribute.Run, run.Id.Value);
        }

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
