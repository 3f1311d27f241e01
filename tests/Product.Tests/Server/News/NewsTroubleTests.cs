using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server.News;

/// <summary>
/// News between processes where storage falters, attempts follow each other, and several processes want different things.
/// </summary>
public sealed class NewsTroubleTests : TwoProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    // Shorter than a loop's patience with its bell.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_look_for_ends_that_failed_is_followed_by_the_next_though_nobody_rings()
    {
        var (run, _) = await ExecutingAsync();
        var tables = new WatchedTables(Other.Get<IDocumentTables>()) { IsAway = true };
        var announcer = new RunAnnouncer();
        using var listener = new EndsListener(
            announcer, new RunEnds(tables, Clock, NullLogger<RunEnds>.Instance), Other.Get<RunStore>(), Other.Get<PromptWatch>(),
            new EndsBell(), Clock, NullLogger<EndsListener>.Instance);
        using var wait = announcer.Await(run.Id);
        using var loop = new Loop(listener.LoopAsync);
        await UntilAsync(() => tables.Requests > 0);
        await EndAsync(run);
        tables.IsAway = false;
        await UntilAsync(() => wait.Ended.IsCompleted);

        Assert.Equal(RunStatus.Succeeded, (await wait.Ended).Status);
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_later_though_nothing_new_happens()
    {
        var (run, lease) = await ExecutingAsync();
        var tables = new WatchedTables(Listening.Get<IDocumentTables>());
        using var publisher = PublisherOver(tables);
        await Other.Get<RunFollowers>().MarkAsync(run.Id, previews: false, Cancellation);
        tables.IsAway = true;
        Progress(lease, 0.25, "3");
        using var loop = new Loop(publisher.LoopAsync);
        await UntilAsync(() => tables.Requests > 0);
        tables.IsAway = false;
        var back = Clock.GetUtcNow();
        await UntilAsync(() => IsTold(run));

        Assert.InRange(Clock.GetUtcNow() - back, TimeSpan.Zero, Soon);
        Assert.Equal((0.25, "3"), ProgressOf(await ShowAsync(Other, run)));
    }

    [Fact]
    public async Task While_nothing_executes_nothing_is_asked_and_what_is_over_is_not_asked_for_again()
    {
        var tables = new WatchedTables(Listening.Get<IDocumentTables>());
        using var publisher = PublisherOver(tables);
        await publisher.PublishAsync(Cancellation);
        Assert.Equal(0, tables.Requests);

        var (_, lease) = await ExecutingAsync();
        Progress(lease, 0.25, "3");
        await publisher.PublishAsync(Cancellation);
        Listening.Get<PromptWatch>().Forget(lease);
        Progress(lease, 0.5, "4");
        await publisher.PublishAsync(Cancellation);
        var asked = tables.Requests;
        Clock.Advance(TimeSpan.FromMinutes(1));
        await publisher.PublishAsync(Cancellation);
        Assert.Equal(asked, tables.Requests);
    }

    [Fact]
    public async Task A_row_is_written_only_when_something_changes()
    {
        var (run, lease) = await ExecutingAsync();
        await WithPreviewAsync(run, lease);
        var before = await VersionAsync(run);
        Clock.Advance(TimeSpan.FromSeconds(16)); // Nobody wants its pictures any more.
        await Other.Get<RunFollowers>().MarkAsync(run.Id, previews: false, Cancellation);
        await PublishAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await PublishAsync();
        Assert.Equal(before, await VersionAsync(run));
        Listening.Get<PreviewBoard>().Set(run.Id, new("image/jpeg", new byte[] { 9 }));
        Assert.Null(Listening.Get<PreviewBoard>().Of(run.Id));
    }

    [Fact]
    public async Task What_another_attempt_told_is_not_taken_for_news_of_this_one()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.75, "3");
        var (again, next) = Next(run, lease);
        Listening.Get<PromptWatch>().Watch(next, nodes: 4);
        Assert.Null((await ShowAsync(Listening, again))["progress"]);

        Progress(next, 0.25, "1");
        Progress(lease, 1, "9");
        Listening.Get<PromptWatch>().Forget(lease);
        Assert.Equal((0.25, "1"), ProgressOf(await ShowAsync(Listening, again)));
    }

    [Fact]
    public async Task Who_heard_of_an_attempt_before_leaves_the_news_of_the_next_alone()
    {
        var (run, lease) = await ExecutingAsync();
        await WithPreviewAsync(run, lease);
        var (again, next) = Next(run, lease);
        await Listening.Get<ProgressRows>()
            .WriteAsync(new(run.Id, next.Attempt, new(0.5, 1, 2, "4", null, null), 1, "image/jpeg"), Cancellation);
        Listening.Get<PromptWatch>().Forget(lease);
        await PublishAsync();

        Assert.Equal((0.5, "4"), ProgressOf(await ShowAsync(Other, again)));
        Assert.NotNull(await Listening.Get<IBlobStore>().FindAsync(RunBlobs.Preview(run.Id), Cancellation));
    }

    [Fact]
    public async Task A_preview_of_the_next_attempt_is_another_than_that_of_the_last()
    {
        var (run, lease) = await ExecutingAsync();
        await WithPreviewAsync(run, lease);
        var before = await Other.Get<ProgressRows>().FindAsync(run.Id, Cancellation);
        var row = before! with { Attempt = 2 };

        Assert.NotNull(await Other.Get<RunProgress>().PreviewAsync(row, before, Cancellation));
    }

    [Fact]
    public async Task Progress_is_shown_until_the_slot_is_given_back()
    {
        var (run, lease) = await ExecutingAsync();
        Progress(lease, 0.75, "3");
        await Listening.Get<PromptEnds>().EndedAsync(lease, Cancellation);

        Assert.Equal((0.75, "3"), ProgressOf(await ShowAsync(Listening, run)));
    }

    [Fact]
    public async Task Who_asks_without_pictures_takes_them_from_nobody()
    {
        await Other.Get<RunFollowers>().MarkAsync(new("r"), previews: true, Cancellation);
        await Listening.Get<RunFollowers>().MarkAsync(new("r"), previews: false, Cancellation);

        Assert.True((await Listening.Get<RunFollowers>().ReadAsync(Cancellation))[new("r")]);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_left_fails_nobody_and_is_left_the_next_time()
    {
        var tables = new WatchedTables(Other.Get<IDocumentTables>()) { IsAway = true };
        var followers = new RunFollowers(tables, Clock, NullLogger<RunFollowers>.Instance);
        await followers.MarkAsync(new("r"), previews: false, Cancellation);
        tables.IsAway = false;
        await followers.MarkAsync(new("r"), previews: false, Cancellation);

        Assert.Single(await Listening.Get<RunFollowers>().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Pictures_that_cannot_be_stored_at_once_are_stored_before_the_end_is_told()
    {
        var (run, lease) = await ExecutingAsync();
        var blobs = new FalteringBlobs(Listening.Get<IBlobStore>()) { IsAway = true };
        Listening.Get<SocketPictures>().Add(lease, "8", new("image/png", new byte[] { 1 }));
        var ends = new PromptEnds(
            Listening.Get<PromptWatch>(), new KeptPictures(Listening.Get<SocketPictures>(), blobs), Listening.Get<RunStore>(),
            Listening.Get<RunPrompts>(), Listening.Driver, Clock);
        var told = ends.EndedAsync(lease, Cancellation);
        Assert.False(told.IsCompleted);
        Assert.Empty(Listening.Driver.Signals);
        blobs.IsAway = false;
        await UntilAsync(() => told.IsCompleted);

        await told;
        Assert.Single(Listening.Driver.Signals);
        Assert.Single((await Other.Get<KeptPictures>().OfAsync(run.Id, 1, Cancellation)).Pictures);
    }

    [Fact]
    public async Task A_stream_tells_what_another_process_hears()
    {
        var (run, lease) = await ExecutingAsync();
        var pipe = new Pipe();
        var context = new DefaultHttpContext();
        context.Response.Body = pipe.Writer.AsStream();
        var streaming = CompleteAsync(Other.Get<RunEventStream>().Follow(run, RunView.ForAnybody, after: 0, withPreviews: true)
            .ExecuteAsync(context), pipe.Writer);
        using var ends = new Loop(Other.Get<EndsListener>().LoopAsync);
        using var news = new Loop(Listening.Get<ProgressPublisher>().LoopAsync);
        Progress(lease, 0.25, "3");
        var heard = HearAsync(pipe.Reader, run);
        await UntilAsync(() =>
        {
            Listening.Get<PreviewBoard>().Set(run.Id, new("image/jpeg", new byte[] { 7 }));
            return heard.IsCompleted;
        });
        await streaming;

        Assert.Equal(["status", "progress", "preview", "status"], await heard);
    }

    // The run ends when its picture has been seen.
    private async Task<List<string>> HearAsync(PipeReader reader, RunRecord run)
    {
        var kinds = new List<string>();
        await foreach (var item in SseParser.Create(reader.AsStream()).EnumerateAsync(Cancellation))
        {
            if (kinds.Count == 0 || kinds[^1] != item.EventType)
            {
                kinds.Add(item.EventType);
            }

            if (item.EventType == "preview")
            {
                await EndAsync(run);
            }

            if (JsonNode.Parse(item.Data)?["status"]?.GetValue<string>() == "succeeded")
            {
                break;
            }
        }

        return kinds;
    }

    private static async Task CompleteAsync(Task streaming, PipeWriter writer)
    {
        await streaming;
        await writer.CompleteAsync();
    }

    private async Task WithPreviewAsync(RunRecord run, Lease lease)
    {
        Progress(lease, 0.25, "3");
        await Other.Get<RunFollowers>().MarkAsync(run.Id, previews: true, Cancellation);
        await PublishAsync();
        Listening.Get<PreviewBoard>().Set(run.Id, new("image/jpeg", new byte[] { 7 }));
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        await PublishAsync();
        Assert.Equal(1, (await Other.Get<ProgressRows>().FindAsync(run.Id, Cancellation))?.Previews);
    }

    private async Task<string?> VersionAsync(RunRecord run) =>
        (await Listening.Get<IDocumentTables>()["progress"].FindAsync("progress", run.Id.Value, Cancellation))?.ETag;

    private bool IsTold(RunRecord run) =>
        Listening.Get<ProgressRows>().FindAsync(run.Id, Cancellation).GetAwaiter().GetResult() is not null;

    private ProgressPublisher PublisherOver(WatchedTables tables) => new(
        Listening.Get<ProgressBoard>(), Listening.Get<PreviewBoard>(), new ProgressRows(tables),
        new RunFollowers(tables, Clock, NullLogger<RunFollowers>.Instance),
        Listening.Get<IBlobStore>(), Clock, NullLogger<ProgressPublisher>.Instance);

    // Time passes at twice its pace: no loop falls behind so far that what it waits for is out of date.
    private async Task UntilAsync(Func<bool> isSo)
    {
        var until = DateTimeOffset.UtcNow + Patience;
        using var ticks = new PeriodicTimer(Tick);
        while (!isSo())
        {
            Assert.True(DateTimeOffset.UtcNow < until, "It has not come about.");
            await ticks.WaitForNextTickAsync(Cancellation);
            Clock.Advance(2 * Tick);
        }
    }

    /// <summary>A loop of a process, until the test is over.</summary>
    private sealed class Loop : IDisposable
    {
        private readonly CancellationTokenSource stop = new();

        public Loop(Func<CancellationToken, Task> loop) => _ = loop(stop.Token);

        public void Dispose()
        {
            stop.Cancel();
            stop.Dispose();
        }
    }
}
