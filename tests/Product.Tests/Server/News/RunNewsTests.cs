using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server.News;

/// <summary>Two processes over one storage: what one hears of a run, the other tells its callers.</summary>
public sealed class RunNewsTests : TwoProcesses
{
    [Fact]
    public async Task An_end_is_told_to_those_who_wait_in_another_process()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = Other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromMinutes(1), Cancellation);
        await Other.Get<EndsListener>().LookAsync(Cancellation);
        Assert.False(waiting.IsCompleted);
        await EndAsync(run);
        await Other.Get<EndsListener>().LookAsync(Cancellation);

        Assert.Equal(RunStatus.Succeeded, (await waiting)?.Status);
        Assert.Empty(Other.Get<RunAnnouncer>().Waited);
    }

    [Fact]
    public async Task Who_is_told_by_nobody_looks()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = Other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromMinutes(1), Cancellation);
        await Listening.Get<RunStore>().ChangeAsync(run.Id, Ended, Cancellation);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(RunStatus.Succeeded, (await waiting)?.Status);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_nothing_behind()
    {
        var (run, _) = await ExecutingAsync();
        var waiting = Other.Get<RunWaiter>().WaitAsync(run.Id, TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal([run.Id], Other.Get<RunAnnouncer>().Waited);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RunStatus.Running, (await waiting)?.Status);
        Assert.Empty(Other.Get<RunAnnouncer>().Waited);
    }

    [Fact]
    public async Task While_nobody_waits_and_while_this_process_hears_for_itself_storage_is_not_asked()
    {
        var (run, _) = await ExecutingAsync();
        var announcer = new RunAnnouncer();
        using var listener = new EndsListener(
            announcer, new RunEnds(new WatchedTables { IsAway = true }, Clock, NullLogger<RunEnds>.Instance), Listening.Get<RunStore>(),
            Listening.Get<PromptWatch>(), new EndsBell(), Clock, NullLogger<EndsListener>.Instance);
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
        await new RunEnds(new WatchedTables { IsAway = true }, Clock, NullLogger<RunEnds>.Instance).EndedAsync(Ended(run), Cancellation);
    }

    [Fact]
    public async Task Progress_is_seen_in_a_process_that_follows_as_soon_as_it_does()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        Assert.Null((await ShowAsync(Other, run))["progress"]);
        await PublishAsync();
        Assert.Equal((0.25, "3"), ProgressOf(await ShowAsync(Other, run)));

        Progress(lease, 0.5, "4");
        Clock.Advance(TimeSpan.FromMilliseconds(250));
        await PublishAsync();
        Assert.Equal((0.25, "3"), ProgressOf(await ShowAsync(Other, run)));
        Clock.Advance(TimeSpan.FromMilliseconds(250));
        await PublishAsync();
        Assert.Equal((0.5, "4"), ProgressOf(await ShowAsync(Other, run)));
        Assert.Equal((0.5, "4"), ProgressOf(await ShowAsync(Listening, run)));
    }

    [Fact]
    public async Task What_nobody_follows_is_written_now_and_then_and_goes_with_its_prompt()
    {
        var (_, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        Assert.Empty(await Listening.RowsAsync("progress"));
        Clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        Assert.NotEmpty(await Listening.RowsAsync("progress"));

        Listening.Get<PromptWatch>().Forget(lease);
        await PublishAsync();
        Assert.Empty(await Listening.RowsAsync("progress"));
    }

    [Fact]
    public async Task Progress_of_an_attempt_that_is_over_is_none()
    {
        var (run, lease) = await ExecutingAsync();
        await Listening.Get<ProgressRows>().WriteAsync(new(run.Id, lease.Attempt + 1, new(0.9, 1, 1, "9", null, null)), Cancellation);
        Assert.Null((await ShowAsync(Other, run))["progress"]);
    }

    [Fact]
    public async Task A_listing_shows_what_every_process_hears()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        Assert.Equal((0.25, "3"),
            ProgressOf((await Other.Get<RunResource>().ShowAllAsync([run], RunView.ForAnybody, Cancellation))[0]!.AsObject()));
    }

    [Fact]
    public async Task Previews_go_to_those_who_want_them_and_each_once()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await Other.Get<RunProgress>().OfAsync(run, withPreviews: true, Cancellation);
        await PublishAsync();
        Listening.Get<PreviewBoard>().Set(run.Id, new("image/jpeg", new byte[] { 7 }));
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        await PublishAsync();

        var row = await Other.Get<RunProgress>().OfAsync(run, withPreviews: true, Cancellation);
        var preview = await Other.Get<RunProgress>().PreviewAsync(row!, null, Cancellation);
        Assert.Equal(("image/jpeg", 7), (preview!.ContentType, preview.Content.Span[0]));
        Assert.Null(await Other.Get<RunProgress>().PreviewAsync(row!, row, Cancellation));

        Listening.Get<PromptWatch>().Forget(lease);
        await PublishAsync();
        Assert.Null(await Listening.Get<IBlobStore>().FindAsync(RunBlobs.Preview(run.Id), Cancellation));
    }

    [Fact]
    public async Task Who_follows_no_longer_is_forgotten()
    {
        await Other.Get<RunFollowers>().MarkAsync(new("r"), previews: false, Cancellation);
        Assert.Single(await Listening.Get<RunFollowers>().ReadAsync(Cancellation));
        Clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Empty(await Listening.Get<RunFollowers>().ReadAsync(Cancellation));
        Assert.NotEmpty(await Listening.RowsAsync("follows"));
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Listening.Get<RunFollowers>().ReadAsync(Cancellation);
        Assert.Empty(await Listening.RowsAsync("follows"));
    }

    [Fact]
    public async Task The_place_in_a_hosts_queue_is_known_without_listening_to_it()
    {
        var (_, first) = await ExecutingAsync();
        var second = SomeRun.In(RunProcess.Initial, Clock);
        var lease = new Lease(Host, second.Id, 1);
        await Listening.Get<HostStore>()
            .UpdateAsync(Host, h => h with { Leases = h.Leases.Add(new(second.Id, 1, Clock.GetUtcNow())) }, Cancellation);
        await Other.Get<HostStore>().RefreshAsync(Cancellation);
        var queued = second with { State = new RunState.Executing(Placement.First, lease, Inspections: 0, IsQueued: true) };
        Assert.Equal(1, Other.Get<QueuePlaces>().Of(queued));
        Assert.Null(Other.Get<QueuePlaces>().Of(queued with { StartedAt = Clock.GetUtcNow() }));
        Assert.Null(Other.Get<QueuePlaces>().Of(
            second with { State = new RunState.Executing(Placement.First, lease with { Attempt = 2 }, Inspections: 0, IsQueued: true) }));
        await Listening.Get<HostStore>().UpdateAsync(Host, h => h with { Foreign = new(Prompts: 2, Clock.GetUtcNow()) }, Cancellation);
        await Other.Get<HostStore>().RefreshAsync(Cancellation);
        Assert.Equal(3, Other.Get<QueuePlaces>().Of(queued));
        Assert.NotEqual(first, lease);
    }

    [Fact]
    public async Task Pictures_that_one_process_heard_another_can_copy()
    {
        var (run, lease) = await ExecutingAsync();
        Listening.Get<SocketPictures>().Add(lease, "8", new("image/png", new byte[] { 1 }));
        Listening.Get<SocketPictures>().Add(lease, "9", new("image/jpeg", new byte[] { 2, 2 }));
        Assert.Empty((await Other.Get<KeptPictures>().OfAsync(run.Id, 1, Cancellation)).Pictures);
        await Listening.Get<PromptEnds>().EndedAsync(lease, Cancellation);

        var (pictures, hasOverflowed) = await Other.Get<KeptPictures>().OfAsync(run.Id, 1, Cancellation);
        Assert.Equal([("8", "image/png", 1), ("9", "image/jpeg", 2)],
            pictures.Select(p => (p.Node, p.Picture.ContentType, p.Picture.Content.Length)));
        Assert.False(hasOverflowed);
    }

    [Fact]
    public async Task All_news_of_a_run_goes_with_it()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await PublishAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        var ended = await EndAsync(run);
        Assert.NotEmpty(await Listening.RowsAsync("ends"));
        await Other.Get<RunRemoval>().RemoveAsync(ended, Cancellation);
        Assert.Empty(await Listening.RowsAsync("ends"));
        Assert.Empty(await Listening.RowsAsync("progress"));
    }
}
