using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

public class WorkflowListingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_is_empty_only_where_no_more_follow()
    {
        var tables = new MemoryDocumentTables();
        await tables.EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);
        var workflows = new WorkflowStore(tables, new MemoryBlobStore());
        foreach (var (name, isDeleted) in new[] { ("a", true), ("b", true), ("c", false), ("d", true) })
        {
            Assert.True(await workflows.TryWriteAsync(
                new WorkflowRow { Name = name, DeletedAt = isDeleted ? DateTimeOffset.UnixEpoch : null }, Cancellation));
        }

        var first = (await workflows.PageAsync(1, null, Cancellation))!; // It is a continuation of theirs.
        Assert.Equal("c", Assert.Single(first.Workflows).Name);
        var last = (await workflows.PageAsync(1, first.Continuation, Cancellation))!;
        Assert.Empty(last.Workflows);
        Assert.Null(last.Continuation);
    }
}
