using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Server;

/// <summary>Rows of runs of which only the state matters.</summary>
internal static class SomeRun
{
    public static RunStore StoreIn(IDocumentTables tables) => new(tables, new(tables));

    public static RunRecord In(RunState state, TimeProvider clock, RunId? id = null) => new()
    {
        Id = id ?? RunIds.New(clock),
        Workflow = "w",
        Version = 1,
        Content = "c",
        Catalog = "k",
        CreatedAt = clock.GetUtcNow(),
        CompletedAt = state is RunState.Ended ? clock.GetUtcNow() : null,
        Limits = new() { StartBy = clock.GetUtcNow().AddHours(1), FinishBy = clock.GetUtcNow().AddHours(1) },
        State = state,
    };
}
