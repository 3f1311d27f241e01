using System.Text.Json.Nodes;
using ComfyFunc.Comfy;
using ComfyFunc.Outputs;
using ComfyFunc.Pool;
using ComfyFunc.Runs;
using ComfyFunc.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.News;

/// <summary>Two processes over one storage: what one hears of a run, the other tells its callers.</summary>
public sealed class RunNewsTests : IAsyncLifetime
{
    private static readonly HostId Host = new("h");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private ServerRig listening = null!; // Set before each test.
    private ServerRig other = null!; // Set before each test.

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        listening = await new ServerRig(clock: clock).StartedAsync();
        other = await new ServerRig(before: listening, clock: clock).StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await listening.DisposeAsync();
    }

    [Fact]
    public async Task An_end_is_told_to_those_who_wait_in_another_process()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromMinutes(1), Cancellation);
        await other.Get<EndsListener>().LookAsync(Cancellation);
        Assert.False(waiting.IsCompleted);
        await EndAsync(run);
        await other.Get<EndsListener>().LookAsync(Cancellation);

        Assert.Equal(RunStatus.Succeeded, (await waiting)?.Status);
        Assert.Empty(other.Get<RunAnnouncer>().Waited);
    }

    [Fact]
    public async Task Who_is_told_by_nobody_looks()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromMinutes(1), Cancellation);
        await listening.Get<RunStore>().ChangeAsync(run.Id, Ended, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(RunStatus.Succeeded, (await waiting)?.Status);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_nothing_behind()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal([run.Id], other.Get<RunAnnouncer>().Waited);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Running, (await waiting)?.Status);
        Assert.Empty(other.Get<RunAnnouncer>().Waited);
    }

    [Fact]
    public async Task While_nobody_waits_and_while_this_process_hears_for_itself_storage_is_not_asked()
    {
        var (run, _) = await ExecutingAsync();
        var announcer = new RunAnnouncer();
        using var listener = new EndsListener(
            announcer, new RunEnds(new NoTables(), clock, NullLogger<RunEnds>.Instance), listening.Get<RunStore>(), listening.Get<PromptWatch>(), new EndsBell(), clock, NullLogger<EndsListener>.Instance);
        await listener.LookAsync(Cancellation);
        using var wait = announcer.Await(run.Id);
        await listener.LookAsync(Cancellation);
        using var elsewhere = announcer.Await(new("another"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => listener.LookAsync(Cancellation));
    }

    [Fact]
    public async Task An_end_that_cannot_be_noted_fails_nobody()
    {
        var (run, _) = await ExecutingAsync();
        await new RunEnds(new NoTables(), clock, NullLogger<RunEnds>.Instance).AddAsync(Ended(run), Cancellation);
    }

    [Fact]
    public async Task Progress_is_seen_in_a_process_that_follows_as_soon_as_it_does()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        Assert.Null((await ShowAsync(other, run))["progress"]);
        await PublishAsync();
        Assert.Equal((0.25, "3"), ProgressOf(await ShowAsync(other, run)));

        Progress(lease, 0.5, "4");
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await PublishAsync();
        Assert.Equal((0.25, "3"), ProgressOf(await ShowAsync(other, run)));
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await PublishAsync();
        Assert.Equal((0.5, "4"), ProgressOf(await ShowAsync(other, run)));
        Assert.Equal((0.5, "4"), ProgressOf(await ShowAsync(listening, run)));
    }

    [Fact]
    public async Task What_nobody_follows_is_written_now_and_then_and_goes_with_its_prompt()
    {
        var (_, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        Assert.Empty(await listening.RowsAsync("progress"));
        clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        Assert.NotEmpty(await listening.RowsAsync("progress"));

        listening.Get<PromptWatch>().Forget(lease);
        await PublishAsync();
        Assert.Empty(await listening.RowsAsync("progress"));
    }

    [Fact]
    public async Task Progress_of_an_attempt_that_is_over_is_none()
    {
        var (run, lease) = await ExecutingAsync();
        await listening.Get<ProgressRows>().WriteAsync(new(run.Id, lease.Attempt + 1, new(0.9, 1, 1, "9", null, null)), Cancellation);
        Assert.Null((await ShowAsync(other, run))["progress"]);
    }

    [Fact]
    public async Task A_listing_shows_what_every_process_hears()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        Assert.Equal((0.25, "3"), ProgressOf((await other.Get<RunResource>().ShowAllAsync([run], OutputForm.Url, Cancellation))[0]!.AsObject()));
    }

    [Fact]
    public async Task Previews_go_to_those_who_want_them_and_each_once()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await other.Get<RunProgress>().OfAsync(run, withPreviews: true, Cancellation);
        await PublishAsync();
        listening.Get<PreviewBoard>().Set(run.Id, new("image/jpeg", new byte[] { 7 }));
        clock.Advance(TimeSpan.FromMilliseconds(500));
        await PublishAsync();

        var row = await other.Get<RunProgress>().OfAsync(run, withPreviews: true, Cancellation);
        var preview = await other.Get<RunProgress>().PreviewAsync(row!, null, Cancellation);
        Assert.Equal(("image/jpeg", 7), (preview!.ContentType, preview.Content.Span[0]));
        Assert.Null(await other.Get<RunProgress>().PreviewAsync(row!, row, Cancellation));

        listening.Get<PromptWatch>().Forget(lease);
        await PublishAsync();
        Assert.Null(await listening.Get<IBlobStore>().FindAsync(RunBlobs.Preview(run.Id), Cancellation));
    }

    [Fact]
    public async Task Who_follows_no_longer_is_forgotten()
    {
        await other.Get<RunFollowers>().MarkAsync(new("r"), previews: false, Cancellation);
        Assert.Single(await listening.Get<RunFollowers>().ReadAsync(Cancellation));
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Empty(await listening.Get<RunFollowers>().ReadAsync(Cancellation));
        Assert.NotEmpty(await listening.RowsAsync("follows"));
        clock.Advance(TimeSpan.FromMinutes(1));
        await listening.Get<RunFollowers>().ReadAsync(Cancellation);
        Assert.Empty(await listening.RowsAsync("follows"));
    }

    [Fact]
    public async Task The_place_in_a_hosts_queue_is_known_without_listening_to_it()
    {
        var (_, first) = await ExecutingAsync();
        var second = SomeRun.In(RunProcess.Initial, clock);
        var lease = new Lease(Host, second.Id, 1);
        await listening.Get<HostStore>().UpdateAsync(Host, h => h with { Leases = h.Leases.Add(new(second.Id, 1, clock.GetUtcNow())) }, Cancellation);
        await other.Get<HostStore>().RefreshAsync(Cancellation);
        var queued = second with { State = new RunState.Executing(Placement.First, lease, Inspections: 0, IsQueued: true) };
        Assert.Equal(1, other.Get<QueuePlaces>().Of(queued));
        Assert.NotEqual(first, lease);
    }

    [Fact]
    public async Task Pictures_that_one_process_heard_another_can_copy()
    {
        var (run, lease) = await ExecutingAsync();
        listening.Get<SocketPictures>().Add(lease, "8", new("image/png", new byte[] { 1 }));
        listening.Get<SocketPictures>().Add(lease, "9", new("image/jpeg", new byte[] { 2, 2 }));
        Assert.Empty((await other.Get<KeptPictures>().OfAsync(run.Id, 1, Cancellation)).Pictures);
        await listening.Get<PromptEnds>().EndedAsync(lease, Cancellation);

        var (pictures, hasOverflowed) = await other.Get<KeptPictures>().OfAsync(run.Id, 1, Cancellation);
        Assert.Equal([("8", "image/png", 1), ("9", "image/jpeg", 2)], pictures.Select(p => (p.Node, p.Picture.ContentType, p.Picture.Content.Length)));
        Assert.False(hasOverflowed);
    }

    [Fact]
    public async Task All_news_of_a_run_goes_with_it()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        var ended = await EndAsync(run);
        Assert.NotEmpty(await listening.RowsAsync("ends"));
        await other.Get<RunRemoval>().RemoveAsync(ended, Cancellation);
        Assert.Empty(await listening.RowsAsync("ends"));
        Assert.Empty(await listening.RowsAsync("progress"));
    }

    private static RunRecord Ended(RunRecord run) => run with { State = new RunState.Ended(new RunOutcome.Succeeded()), CompletedAt = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero) };

    private static (double Value, string? Node) ProgressOf(JsonObject shown) => ((double)shown["progress"]!["value"]!, (string?)shown["progress"]!["node"]);

    private static Task<JsonObject> ShowAsync(ServerRig process, RunRecord run) => process.Get<RunResource>().ShowAsync(run, OutputForm.Url, Cancellation);

    private void Progress(Lease lease, double value, string node) => listening.Get<PromptWatch>().Progressed(lease.Prompt, new(value, 1, 4, node, null, null));

    private Task PublishAsync() => listening.Get<ProgressPublisher>().PublishAsync(Cancellation);

    private async Task<RunRecord> EndAsync(RunRecord run)
    {
        var ended = (await listening.Get<RunStore>().ChangeAsync(run.Id, r => Ended(r) with { CompletedAt = clock.GetUtcNow() }, Cancellation))!; // It is there.
        await listening.Get<RunEnds>().AddAsync(ended, Cancellation);
        return ended;
    }

    private async Task<(RunRecord Run, Lease Lease)> ExecutingAsync()
    {
        var now = clock.GetUtcNow();
        var id = RunIds.New(clock);
        var lease = new Lease(Host, id, 1);
        var run = SomeRun.In(new RunState.Executing(Placement.First, lease, Inspections: 0), clock, id) with { StartedAt = now, Attempts = [new(1, Host, lease.Prompt, now)] };
        run = await listening.Get<RunStore>().InsertAsync(run, Cancellation);
        await listening.Get<HostStore>().PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Leases = [new(id, 1, now)] }, Cancellation);
        listening.Get<PromptWatch>().Watch(lease, nodes: 4);
        return (run, lease);
    }

    // Storage that answers nothing.
    private sealed class NoTables : IDocumentTables, IDocumentTable
    {
        public IDocumentTable this[string name] => this;

        public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) => throw Away();

        public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) => throw Away();

        public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken) => throw Away();

        public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) => throw Away();

        public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken) => throw Away();

        public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => throw Away();

        public Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken) => throw Away();

        public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken) => throw Away();

        private static StorageUnavailableException Away() => new("The storage account is away.", new InvalidOperationException("503"));
    }
}
