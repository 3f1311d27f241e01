using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Server;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A disk that does not come back from a write or a read keeps nobody waiting, and is made up for when it does.</summary>
public sealed class HangingDiskTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("store-");
    private readonly ManualResetEventSlim comesBack = new();
    private readonly EmbeddedDatabase database;
    private readonly EmbeddedBlobStore blobs;
    private readonly EmbeddedDocumentTables tables;

    public HangingDiskTests()
    {
        database = EmbeddedDatabase.Open(folder.FullName, clock);
        var room = new StorageRoom(Path.Combine(folder.FullName, EmbeddedDatabase.FileName), null, database.Reserve, database.Meter);
        blobs = new EmbeddedBlobStore(database, new FileFolder(Path.Combine(folder.FullName, FileFolder.FolderName)), room,
            database.Meter);
        tables = new EmbeddedDocumentTables(database, database.Meter);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDocumentTable Things => tables["things"];

    public void Dispose()
    {
        comesBack.Set();
        database.Dispose();
        folder.Delete(recursive: true);
        comesBack.Dispose();
    }

    [Fact]
    public async Task A_write_that_hangs_is_given_up_the_next_are_refused_at_once_and_what_was_given_up_may_be_done_yet()
    {
        await BeginAsync();
        var held = await HoldWriterAsync();
        var first = Things.InsertAsync(new("p", "1", "{}"), Cancellation);
        await PassAsync(first, 8);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => first);
        var before = database.Meter.Faults;
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => Things.InsertAsync(new("p", "2", "{}"), Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => blobs.DeleteAsync("a", Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.Equal(before + 2, database.Meter.Faults);
        Assert.Null(await Things.FindAsync("p", "2", Cancellation)); // What is read does not hang.

        comesBack.Set();
        await held;
        await Things.InsertAsync(new("p", "3", "{}"), Cancellation);
        Assert.Equal(["1", "3"], await Things.QueryAsync(new(), Cancellation).Select(d => d.Row).ToArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_read_that_hangs_is_given_up_and_holds_few_threads()
    {
        await BeginAsync();
        var held = HoldReads(DiskWork.Threads);
        var waiting = Enumerable.Range(0, 100).Select(_ => Things.FindAsync("p", "r", Cancellation)).ToArray();
        await PassAsync(Task.WhenAll(waiting), 8);
        Assert.All(waiting, w => Assert.IsType<StorageUnavailableException>(w.Exception?.InnerException));
        var begun = 0;
        var late = database.ReadAsync(_ => Interlocked.Increment(ref begun), Cancellation);
        await PassAsync(late, 8);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => late);
        Assert.Equal(0, begun);

        comesBack.Set();
        await Task.WhenAll(held).ContinueWith(_ => 0, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.Null(await Things.FindAsync("p", "r", Cancellation));
        Assert.Equal(0, begun); // Nobody waited for it any more.
    }

    [Fact]
    public async Task A_call_that_waits_for_several_things_of_a_slow_disk_ends_as_one_that_waits_for_one()
    {
        await BeginAsync();
        using var call = CallPatience.Begin(clock);
        using (call.Waiting())
        {
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        _ = HoldReads(DiskWork.Threads);
        var late = Things.FindAsync("p", "r", Cancellation);
        await PassAsync(late, 4);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => late);
    }

    [Fact]
    public async Task A_file_whose_row_is_written_after_all_is_there_whole()
    {
        await BeginAsync();
        var content = new byte[EmbeddedBlobStore.LongestRow + 1];
        Random.Shared.NextBytes(content);
        await blobs.PutBytesAsync("a", new byte[content.Length], "x/y", Cancellation);
        var held = await HoldWriterAsync();
        var put = blobs.PutBytesAsync("a", content, "x/y", Cancellation);
        await Eventually.IsSoAsync(() => database.Meter.Counts[new("blob", "PUT")] == 2); // The file is there, and its row waits.
        await PassAsync(put, 8);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => put);

        comesBack.Set();
        await held;
        await blobs.PutBytesAsync("b", new byte[1], "x/y", Cancellation); // It comes after.
        Assert.Equal(content, await blobs.ReadBytesAsync("a", int.MaxValue, Cancellation));
    }

    [Fact]
    public async Task A_process_ends_though_its_disk_does_not_come_back()
    {
        await BeginAsync();
        var held = await HoldWriterAsync();
        Assert.False(database.TryClose(TimeSpan.Zero));

        comesBack.Set();
        await held;
        Assert.True(database.TryClose(DiskWork.Patience));
    }

    [Fact]
    public async Task A_call_is_refused_and_the_service_is_said_not_to_be_ready()
    {
        await BeginAsync();
        await using var rig = await new ServerRig(clock: clock, tables: tables, blobs: blobs).StartedAsync();
        _ = HoldReads(DiskWork.Threads);
        var request = ServerRig.Request();
        request.Method = "GET";
        var call = rig.Get<ApiPipeline>().AnswerAsync(request, "ListWorkflows", Cancellation);
        await PassAsync(call, 8);
        var (status, problem) = await rig.AnswerAsync(await call);
        Assert.Equal((503, "storage_unavailable", "2"),
            (status, (string?)problem["code"], (string?)request.HttpContext.Response.Headers.RetryAfter));

        var ready = rig.Get<StorageProbe>().TroubleAsync(Cancellation);
        await PassAsync(ready, 2);
        Assert.Equal("Storage does not answer in time.", await ready);
    }

    private async Task BeginAsync()
    {
        await blobs.BeginAsync(Cancellation);
        await tables.EnsureCreatedAsync(["things"], Cancellation);
    }

    // As a commit that the disk does not come back from.
    private async Task<Task> HoldWriterAsync()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = database.WriteAsync(
            _ =>
            {
                begun.SetResult();
                comesBack.Wait();
                return 0;
            },
            Cancellation);
        await begun.Task;
        return held;
    }

    private Task[] HoldReads(int count) => [.. Enumerable.Range(0, count).Select(_ => database.ReadAsync(
        _ =>
        {
            comesBack.Wait();
            return 0;
        },
        Cancellation))];

    // Whoever begins to wait on another thread begins a moment later.
    private async Task PassAsync(Task waited, int seconds)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        await Eventually.IsSoAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(waited.IsCompleted ? 0 : 1));
            return waited.IsCompleted;
        });
    }
}
