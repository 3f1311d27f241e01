using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server.News;

/// <summary>Ends are noted for other processes, and cost nothing where there can be none.</summary>
public class RunEndsTests
{
    private static RunRecord Run => new()
    {
        Id = RunIds.New(TimeProvider.System),
        Workflow = "w",
        Version = 1,
        Content = "c",
        Catalog = "k",
        CreatedAt = DateTimeOffset.UtcNow,
        Limits = new() { StartBy = DateTimeOffset.UtcNow, FinishBy = DateTimeOffset.UtcNow },
        State = RunProcess.Initial,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task An_end_is_noted_where_somebody_else_may_wait(bool areShared, int notes)
    {
        var tables = new MemoryDocumentTables { AreShared = areShared };
        await tables.EnsureCreatedAsync(["ends"], Cancellation);
        var ends = new RunEnds(tables, TimeProvider.System, NullLogger<RunEnds>.Instance);
        await ends.EndedAsync(Run, Cancellation);

        Assert.Equal(notes, (await ends.LatelyAsync(Cancellation)).Count);
        Assert.Equal(notes, await tables["ends"].QueryAsync(new(), Cancellation).CountAsync(Cancellation));
    }
}
