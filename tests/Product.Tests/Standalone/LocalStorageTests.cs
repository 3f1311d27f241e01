using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Standalone;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Standalone;

/// <summary>A process whose disk hangs neither starts nor ends in silence.</summary>
public sealed class LocalStorageTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("local-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_that_is_not_opened_within_a_minute_refuses_the_start()
    {
        var clock = new FakeTimeProvider();
        var never = new TaskCompletionSource<EmbeddedStore>();
        var opening = LocalStorage.OpenAsync("/data", () => never.Task, clock, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("Data: the disk of the folder /data does not answer. Look after it, or choose another folder: --Data <folder>",
            (await Assert.ThrowsAsync<StartRefusedException>(() => opening.WaitAsync(TimeSpan.FromSeconds(30), Cancellation))).Message);
    }

    [Fact]
    public async Task Who_ends_while_something_is_being_written_is_told_and_keeps_the_folder_until_it_is()
    {
        EmbeddedStore? store = null;
        var storage = await LocalStorage.OpenAsync(
            folder.FullName, async () => store = await OpenAsync(), TimeProvider.System, Cancellation);
        await store!.Tables.EnsureCreatedAsync(["things"], Cancellation); // It is opened.
        var errors = new StringWriter();
        var path = Path.Combine(folder.FullName, EmbeddedDatabase.FileName);
        using (var other = new SqliteSession($"Data Source={path};Pooling=False", "BEGIN IMMEDIATE"))
        {
            var write = store.Tables["things"].InsertAsync(new("p", "r", "{}"), Cancellation); // It waits for the other's lock.
            storage.Close(TimeSpan.Zero, errors);
            Assert.Equal("Data: the disk of the data folder does not answer. What was not answered may not be written.",
                errors.ToString().TrimEnd());
            await Assert.ThrowsAsync<FolderInUseException>(OpenAsync);
            other.Say("ROLLBACK");
            Assert.IsType<WriteReply.Written>(await write);
        }

        storage.Dispose();
        (await OpenAsync()).Dispose();
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
    }

    private Task<EmbeddedStore> OpenAsync() => EmbeddedStore.OpenAsync(new(folder.FullName), Cancellation);
}
