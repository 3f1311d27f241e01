using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Batches;

namespace ComfyFunc.Tests.Server;

/// <summary>A batch of one call of which nothing has been made yet.</summary>
internal static class SomeBatch
{
    public static Batch New(TimeProvider clock) => new()
    {
        Id = RunIds.New(clock).Value,
        Client = "",
        Workflow = "w",
        Version = 1,
        Total = 1,
        CreatedAt = clock.GetUtcNow(),
    };
}
