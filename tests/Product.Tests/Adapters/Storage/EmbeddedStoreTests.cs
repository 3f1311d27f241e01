using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What the embedded store promises beyond the contract of all: it is on disk, in bounds, and its folder's only owner.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private const int Long = EmbeddedBlobStore.LongestRow + 1;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("store-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(folder.FullName, EmbeddedDatabase.FileName);

    private string Reserve => Path.Combine(folder.FullName, StorageReserve.FileName);

    private string Files => Path.Combine(folder.FullName, "files");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_commit_is_flushed()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        var (journal, synchronous) = await database.WriteAsync(
            s => ((string)s.Scalar("PRAGMA journal_mode")!, (long)s.Scalar("PRAGMA synchronous")!), Cancellation);
        Assert.Equal(("wal", 2), (journal, synchronous)); // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    }

    [Fact]
    public async Task One_write_that_fails_keeps_no_other_from_being_written()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run("CREATE TABLE t (n INTEGER PRIMARY KEY)"), Cancellation);
        using var begun = new ManualResetEventSlim();
        using var gathered = new ManualResetEventSlim();
        var first = database.WriteAsync(
            _ =>
            {
                begun.Set();
                gathered.Wait(Cancellation);
                return 0;
            },
            Cancellation);
        begun.Wait(Cancellation);
        var good = database.WriteAsync(s => s.Run("INSERT INTO t VALUES (1)"), Cancellation);
        var bad = database.WriteAsync<int>(_ => throw new InvalidOperationException("no"), Cancellation);
        var last = database.WriteAsync(s => s.Run("INSERT INTO t VALUES (2)"), Cancellation);
        gathered.Set();

        await Task.WhenAll(first, good, last);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal(2L, database.Read(s => s.Scalar("SELECT count(*) FROM t")));
    }

    [Fact]
    public async Task What_one_thread_gathers_is_one_transaction()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run("CREATE TABLE t (n INTEGER PRIMARY KEY)"), Cancellation);
        Task<int> first;
        Task<object?> second;
        using var others = new ManualResetEventSlim();
        using (database.Gather())
        {
            first = database.WriteAsync(s => s.Run("INSERT INTO t VALUES (1)"), Cancellation);
            _ = Task.Run(WriteAsync, Cancellation);
            others.Wait(Cancellation); // It came later, and would have waited for the first.
            Assert.False(first.IsCompleted);
            second = database.WriteAsync(_ => database.Read(s => s.Scalar("SELECT count(*) FROM t")), Cancellation);
        }

        Assert.Equal((1, 1L), (await first, await second)); // The other thread's row is committed, the first is not yet.
        Assert.Equal(1, await database.WriteAsync(s => s.Run("INSERT INTO t VALUES (3)"), Cancellation));

        async Task WriteAsync()
        {
            await database.WriteAsync(s => s.Run("INSERT INTO t VALUES (2)"), Cancellation);
            others.Set();
        }
    }

    [Fact]
    public async Task What_is_written_to_a_closed_folder_is_refused_gathered_or_not()
    {
        var database = EmbeddedDatabase.Open(folder.FullName);
        database.Dispose();
        Task<int> gathered;
        using (database.Gather())
        {
            gathered = database.WriteAsync(_ => 0, Cancellation);
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => gathered);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => database.WriteAsync(_ => 0, Cancellation));
    }

    [Fact]
    public async Task A_folder_has_one_owner_and_is_free_again_when_that_ends()
    {
        var first = await OpenAsync();
        await Assert.ThrowsAsync<FolderInUseException>(() => OpenAsync());
        first.Dispose();
        using var next = await OpenAsync();
    }

    [Fact]
    public async Task Another_program_s_database_is_left_alone()
    {
        await using (var connection = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        Assert.Contains("another program", (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_release_s_database_is_left_alone()
    {
        (await OpenAsync()).Dispose();
        using (var database = EmbeddedDatabase.Open(folder.FullName))
        {
            await database.WriteAsync(s => s.Run("PRAGMA user_version=2"), Cancellation);
        }

        Assert.Contains("later release", (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_full_refuses_keeps_what_it_has_and_goes_on_when_there_is_room()
    {
        using var store = await OpenAsync(maxBytes: 1_000_000);
        await store.Tables.EnsureCreatedAsync(["things"], Cancellation);
        await store.Blobs.PutBytesAsync("kept", new byte[400_000], "x/y", Cancellation);
        await Assert.ThrowsAsync<StorageFullException>(
            () => store.Blobs.PutAsync("large", new MemoryStream(new byte[700_000]), new("x/y"), Cancellation));
        Assert.Null(await store.Blobs.FindAsync("large", Cancellation));
        Assert.Single(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories));

        var rows = 0;
        await Assert.ThrowsAsync<StorageFullException>(async () =>
        {
            for (; rows < 1000; rows++)
            {
                await store.Tables["things"].InsertAsync(new("p", $"{rows:D4}", new string('x', 10_000)), Cancellation);
            }
        });
        Assert.InRange(rows, 10, 100);
        Assert.NotNull(await store.Tables["things"].FindAsync("p", $"{rows - 1:D4}", Cancellation));
        Assert.Null(await store.Tables["things"].FindAsync("p", $"{rows:D4}", Cancellation));

        Assert.True(File.Exists(Reserve)); // The disk is not what is full.
        await store.Blobs.DeleteAsync("kept", Cancellation);
        await store.Blobs.PutBytesAsync("small", new byte[10], "x/y", Cancellation);
        Assert.IsType<WriteReply.Written>(await store.Tables["things"].InsertAsync(new("p", "again", "{}"), Cancellation));
    }

    [Fact]
    public async Task While_the_reserve_is_not_there_nothing_grows_and_what_is_deleted_makes_room()
    {
        using (var before = await OpenAsync())
        {
            Assert.Equal(StorageReserve.Bytes, new FileInfo(Reserve).Length);
            await before.Tables.EnsureCreatedAsync(["things"], Cancellation);
            await before.Tables["things"].InsertAsync(new("p", "old", new string('x', 100_000)), Cancellation);
            await before.Blobs.PutBytesAsync("old", new byte[Long], "x/y", Cancellation);
        }

        File.Delete(Reserve);
        Directory.CreateDirectory(Reserve); // So that there is no room for it.
        using var store = await OpenAsync();
        var things = store.Tables["things"];
        await Assert.ThrowsAsync<StorageFullException>(() => things.InsertAsync(new("p", "new", new string('x', 50_000)), Cancellation));
        await Assert.ThrowsAsync<StorageFullException>(() => store.Blobs.PutBytesAsync("new", new byte[Long], "x/y", Cancellation));
        Assert.True(await store.Blobs.DeleteAsync("old", Cancellation));
        Assert.True(await things.DeleteAsync("p", "old", etag: null, Cancellation));
        Assert.IsType<WriteReply.Written>(await things.InsertAsync(new("p", "new", new string('x', 50_000)), Cancellation));
        await Assert.ThrowsAsync<StorageFullException>(() => store.Blobs.PutBytesAsync("new", new byte[Long], "x/y", Cancellation));

        Directory.Delete(Reserve);
        Assert.IsType<WriteReply.Written>(await things.InsertAsync(new("p", "large", new string('x', 500_000)), Cancellation));
        await store.Blobs.PutBytesAsync("new", new byte[Long], "x/y", Cancellation);
        Assert.Equal(StorageReserve.Bytes, new FileInfo(Reserve).Length);
    }

    [Fact]
    public async Task What_a_killed_process_left_half_done_is_removed_and_nothing_else()
    {
        using (var store = await OpenAsync())
        {
            await store.Blobs.PutBytesAsync("kept", new byte[Long], "x/y", Cancellation);
        }

        foreach (var name in (string[])["0123456789abcdef.part", "fedcba9876543210"])
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Files, name[..2])).FullName, name);
            await File.WriteAllTextAsync(path, "half", Cancellation);
        }

        (await OpenAsync()).Dispose(); // It ends when it has tidied up.
        Assert.Single(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories));
        using var after = await OpenAsync();
        Assert.Equal(Long, (await after.Blobs.ReadBytesAsync("kept", Long, Cancellation))?.Length);
    }

    [Theory]
    [InlineData(EmbeddedBlobStore.LongestRow, 0)]
    [InlineData(Long, 1)]
    public async Task Short_files_lie_in_the_database_and_long_ones_beside_it(int length, int files)
    {
        using var store = await OpenAsync();
        await store.Blobs.PutBytesAsync("a", new byte[length], "x/y", Cancellation);
        await store.Blobs.PutBytesAsync("a", new byte[length], "x/y", Cancellation);
        Assert.Equal(files, Directory.Exists(Files) ? Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories).Count() : 0);
    }

    private Task<EmbeddedStore> OpenAsync(long? maxBytes = null) =>
        EmbeddedStore.OpenAsync(new(folder.FullName) { MaxBytes = maxBytes }, Cancellation);
}
