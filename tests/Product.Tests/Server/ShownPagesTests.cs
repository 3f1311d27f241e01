using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Server;

/// <summary>Listings whose rows are not all shown: a page is empty only where no more follow.</summary>
public sealed class ShownPagesTests : IAsyncLifetime
{
    private readonly MemoryDocumentTables tables = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await tables.EnsureCreatedAsync(StoragePreparation.Tables, Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Workflows_that_are_deleted_are_passed_over()
    {
        var workflows = new WorkflowStore(tables, new MemoryBlobStore());
        foreach (var (name, isDeleted) in new[] { ("a", true), ("b", true), ("c", false), ("d", true) })
        {
            Assert.True(await workflows.TryWriteAsync(
                new WorkflowRow { Name = name, DeletedAt = isDeleted ? DateTimeOffset.UnixEpoch : null }, Cancellation));
        }

        await HoldAsync(["c"], async continuation =>
        {
            var page = await workflows.PageAsync(1, continuation, Cancellation);
            return (page.Workflows.Select(w => w.Name), page.Continuation);
        });
    }

    [Fact]
    public async Task Runs_that_are_being_deleted_are_passed_over()
    {
        var runs = SomeRun.StoreIn(tables);
        foreach (var (name, isLeaving) in new[] { ("a", true), ("b", false), ("c", true), ("d", true) })
        {
            await runs.InsertAsync(
                SomeRun.In(RunProcess.Initial, TimeProvider.System) with { Workflow = name, IsLeaving = isLeaving }, Cancellation);
        }

        await HoldAsync(["b"], async continuation =>
        {
            var page = await runs.PageAsync(new RunFilter(), 1, continuation, Cancellation);
            return (page.Runs.Select(r => r.Workflow), page.Continuation);
        });
    }

    [Fact]
    public async Task Deliveries_that_went_with_their_runs_are_passed_over()
    {
        var outbox = new Outbox(tables, new WebhookStore(tables, TimeProvider.System), new EventGridPublisher(null), new OutboxBell(),
            TimeProvider.System);
        foreach (var (name, isGone) in new[] { ("a", true), ("b", true), ("c", false), ("d", true) })
        {
            var run = RunIds.New(TimeProvider.System);
            await tables["webhookdeliveries"].InsertAsync(new("hook", $"{name}.{name}", StoredJson.Write(run)), Cancellation);
            if (!isGone)
            {
                await tables["deliveries"].InsertAsync(new(run.Value, name, StoredJson.Write(Told(run, name))), Cancellation);
            }
        }

        await HoldAsync(["c"], async continuation =>
        {
            var (deliveries, next) = await outbox.OfWebhookAsync("hook", 1, continuation, Cancellation);
            return (deliveries.Select(d => d.Id), next);
        });
    }

    private static Delivery Told(RunId run, string id) => new()
    {
        Id = id,
        Run = run,
        Webhook = "hook",
        Event = "run.succeeded",
        Body = "{}",
        CreatedAt = default,
        DueAt = default,
    };

    private static async Task HoldAsync(string[] names, Func<string?, Task<(IEnumerable<string> Names, string? Continuation)>> pageAsync)
    {
        var found = new List<string>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await pageAsync(continuation);
            found.AddRange(page);
            Assert.True(page.Any() || continuation is null, "A page is empty, and more follow.");
        }
        while (continuation is not null);

        Assert.Equal(names, found);
    }
}
