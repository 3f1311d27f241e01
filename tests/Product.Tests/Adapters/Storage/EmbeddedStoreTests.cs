using System.IO.Pipelines;
using System.Net.Sockets;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Support;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What the embedded store promises beyond the contract of all: it is on disk, in bounds, and its folder's only owner.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private const int Long = EmbeddedBlobStore.LongestRow + 1;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("store-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(folder.FullName, EmbeddedDatabase.FileName);

    private string Log => Database + "-wal";

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
    public async Task What_cannot_be_committed_is_not_answered_as_written()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(
            s =>
            {
                s.Say("CREATE TABLE one (n INTEGER PRIMARY KEY)");
                s.Say("CREATE TABLE many (n INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED)");
                return 0;
            },
            Cancellation);

        // A reference that is looked at only by the commit.
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => database.WriteAsync(s => s.Run("INSERT INTO many VALUES (7)"), Cancellation));
        Assert.Equal(0L, database.Read(s => s.Scalar("SELECT count(*) FROM many")));
    }

    [Fact]
    public async Task Another_program_s_lock_refuses_all_who_wait_for_it_together_and_when_it_is_gone_all_goes_on()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run("CREATE TABLE t (n INTEGER PRIMARY KEY)"), Cancellation);
        using (var other = new SqliteSession($"Data Source={Database};Pooling=False", "BEGIN IMMEDIATE"))
        {
            Task<int>[] writes;
            using (database.Gather())
            {
                writes = [.. Enumerable.Range(0, 100)
                    .Select(n => database.WriteAsync(s => s.Run($"INSERT INTO t VALUES ({n})"), Cancellation))];
            }

            // One after the other would take minutes.
            await Task.WhenAll(writes).ContinueWith(_ => 0, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default)
                .WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
            Assert.All(writes, w => Assert.IsAssignableFrom<StorageUnavailableException>(w.Exception?.InnerException));
            Assert.Equal(0L, database.Read(s => s.Scalar("SELECT count(*) FROM t")));
        }

        Assert.Equal(1, await database.WriteAsync(s => s.Run("INSERT INTO t VALUES (1)"), Cancellation));
    }

    [Fact]
    public async Task What_a_long_reader_let_the_log_grow_by_is_given_back()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run("CREATE TABLE t (n)"), Cancellation);
        using (var reader = new SqliteSession($"Data Source={Database};Pooling=False", "BEGIN"))
        {
            reader.Scalar("SELECT count(*) FROM t");
            for (var i = 0; i < 40; i++)
            {
                await database.WriteAsync(s => s.Run("INSERT INTO t VALUES (zeroblob(1000000))"), Cancellation);
            }

            Assert.InRange(new FileInfo(Log).Length, 40_000_000, long.MaxValue);
        }

        for (var i = 0; i < 3; i++)
        {
            await database.WriteAsync(s => s.Run("INSERT INTO t VALUES (1)"), Cancellation);
        }

        Assert.InRange(new FileInfo(Log).Length, 0, 34_000_000);
    }

    [Fact]
    public async Task One_write_that_fails_keeps_no_other_from_being_written()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run("CREATE TABLE t (n INTEGER PRIMARY KEY)"), Cancellation);
        using var gathered = new ManualResetEventSlim();
        var first = WriteUntil(gathered, database);
        var good = database.WriteAsync(s => s.Run("INSERT INTO t VALUES (1)"), Cancellation);
        var bad = database.WriteAsync<int>(_ => throw new InvalidOperationException("no"), Cancellation);
        var last = database.WriteAsync(s => s.Run("INSERT INTO t VALUES (2)"), Cancellation);
        gathered.Set();

        await Task.WhenAll(first, good, last);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal(2L, database.Read(s => s.Scalar("SELECT count(*) FROM t")));
    }

    [Fact]
    public async Task What_comes_while_another_is_committed_is_carried_out_in_its_order()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        using var gathered = new ManualResetEventSlim();
        var first = WriteUntil(gathered, database);
        var order = new List<int>();
        var writes = Enumerable.Range(0, 10).Select(n => database.WriteAsync(
            _ =>
            {
                order.Add(n);
                return 0;
            },
            Cancellation)).ToArray();
        gathered.Set();

        await Task.WhenAll([first, .. writes]);
        Assert.Equal(Enumerable.Range(0, 10), order);
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

        var before = await File.ReadAllBytesAsync(Database, Cancellation);
        Assert.Contains("another program", (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync())).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Database, Cancellation));
        Assert.Equal(["comfyfunc.db", "in-use"], folder.EnumerateFileSystemInfos().Select(f => f.Name).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_the_database_is_lost_nothing_is_begun_and_no_file_removed(bool isEmptied)
    {
        using (var store = await OpenAsync())
        {
            await store.Blobs.PutBytesAsync("kept", new byte[Long], "x/y", Cancellation);
        }

        File.Delete(Reserve); // It may have been given back.
        File.Delete(Database);
        if (isEmptied)
        {
            await File.WriteAllBytesAsync(Database, [], Cancellation);
        }

        Assert.Equal($"{Database} is missing or empty, but files is there.",
            (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync())).Message);
        Assert.Single(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("reserve")]
    [InlineData("comfyfunc.db-wal")]
    public async Task A_folder_with_files_of_such_names_is_somebody_else_s(string name)
    {
        var path = Path.Combine(folder.FullName, name);
        await File.WriteAllTextAsync(path, "mine", Cancellation);
        await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());
        Assert.Equal("mine", await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task Damage_that_the_first_look_finds_is_called_so()
    {
        using (var store = await OpenAsync())
        {
            for (var i = 0; i < 50; i++)
            {
                await store.Blobs.PutBytesAsync($"{i}", new byte[10_000], "x/y", Cancellation);
            }
        }

        var pages = await File.ReadAllBytesAsync(Database, Cancellation);
        new Random(1).NextBytes(pages.AsSpan(4096)); // All but the first, which says what the file is.
        await File.WriteAllBytesAsync(Database, pages, Cancellation);
        Assert.StartsWith($"{Database} is damaged", (await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync())).Message,
            StringComparison.Ordinal);
        using var claim = FolderClaim.Take(folder.FullName); // It was given back.
    }

    [Fact]
    public async Task A_folder_that_is_moved_away_takes_no_writes_with_it_and_goes_on_where_it_was()
    {
        var elsewhere = folder.FullName + "-elsewhere";
        using var store = await OpenAsync();
        await store.Tables.EnsureCreatedAsync(["things"], Cancellation);
        await store.Blobs.PutBytesAsync("kept", new byte[Long], "x/y", Cancellation);
        Directory.Move(folder.FullName, elsewhere);
        try
        {
            await Assert.ThrowsAnyAsync<StorageUnavailableException>(
                () => store.Tables["things"].InsertAsync(new("p", "lost", "1"), Cancellation));
            await Assert.ThrowsAnyAsync<StorageUnavailableException>(
                () => store.Blobs.PutBytesAsync("lost", new byte[Long], "x/y", Cancellation));
            await Assert.ThrowsAnyAsync<StorageUnavailableException>(
                () => store.Blobs.PutBytesAsync("lost", new byte[1], "x/y", Cancellation));
            Assert.False(Directory.Exists(folder.FullName)); // Else it could not come back.
        }
        finally
        {
            Directory.Move(elsewhere, folder.FullName);
        }

        Assert.Null(await store.Tables["things"].FindAsync("p", "lost", Cancellation));
        Assert.IsType<WriteReply.Written>(await store.Tables["things"].InsertAsync(new("p", "lost", "1"), Cancellation));
        await store.Blobs.PutBytesAsync("lost", new byte[Long], "x/y", Cancellation);
        Assert.Equal(Long, (await store.Blobs.ReadBytesAsync("kept", Long, Cancellation))?.Length);
    }

    [Theory]
    [InlineData("comfyfunc.db")]
    [InlineData("comfyfunc.db-wal")]
    public async Task What_would_be_written_to_a_deleted_file_is_refused(string name)
    {
        using var store = await OpenAsync();
        await store.Tables.EnsureCreatedAsync(["things"], Cancellation);
        File.Delete(Path.Combine(folder.FullName, name));
        await Assert.ThrowsAnyAsync<StorageUnavailableException>(
            () => store.Tables["things"].InsertAsync(new("p", "lost", "1"), Cancellation));
        Assert.False(File.Exists(Path.Combine(folder.FullName, name)));
    }

    [Fact]
    public async Task What_would_be_written_beside_another_database_in_its_place_is_refused()
    {
        using var store = await OpenAsync();
        var copy = Database + ".copy";
        File.Copy(Database, copy);
        File.Move(copy, Database, overwrite: true);
        await Assert.ThrowsAnyAsync<StorageUnavailableException>(() => store.Blobs.PutBytesAsync("a", new byte[1], "x/y", Cancellation));
    }

    [Fact]
    public void A_folder_that_cannot_be_claimed_is_not_called_another_process_s()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, FolderClaim.FileName))); // It is there, and no file.
        Assert.Throws<StorageUnavailableException>(() => FolderClaim.Take(folder.FullName));
    }

    [Fact]
    public async Task A_database_in_trouble_does_not_end_whoever_looks_after_the_reserve()
    {
        await File.WriteAllTextAsync(Database, new string('x', 5000), Cancellation);
        Directory.CreateDirectory(Reserve); // So that there is no room for it.
        using var session = new SqliteSession($"Data Source={Database};Pooling=False", "PRAGMA query_only=ON");
        var reserve = new StorageReserve(folder.FullName);
        reserve.Begin(session);
        Directory.Delete(Reserve);
        reserve.TryRegain(session);
        Assert.Equal((false, false), (reserve.IsKept, File.Exists(Reserve)));
    }

    [Theory]
    [InlineData(13, 13, true)]
    [InlineData(10, 4874, true)] // SQLITE_IOERR_SHMSIZE
    [InlineData(10, 778, false)]
    public void What_finds_no_room_is_full(int code, int extended, bool isFull) =>
        Assert.Equal(isFull, StoreFailure.Of(new SqliteException("no", code, extended)) is StorageFullException);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_file_that_does_not_come_to_its_end_nothing_stays(bool breaks)
    {
        using var store = await OpenAsync(maxBytes: 30_000_000);
        for (var i = 0; i < 4; i++) // More than there is room for, if it stayed.
        {
            await using var content = new TricklingStream(new byte[12_000_000], breaks);
            var put = await Record.ExceptionAsync(() => store.Blobs.PutAsync("a", content,
                new("x/y") { MaxBytes = breaks ? null : 11_000_000 }, Cancellation));
            Assert.Equal(breaks, put is IOException);
        }

        Assert.Empty(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories));
        await store.Blobs.PutBytesAsync("a", new byte[12_000_000], "x/y", Cancellation);
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

        await TidyAsync();
        Assert.Single(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories));
        using var after = await OpenAsync();
        Assert.Equal(Long, (await after.Blobs.ReadBytesAsync("kept", Long, Cancellation))?.Length);
    }

    [Fact]
    public async Task Files_of_an_earlier_release_are_old_until_they_are_written_anew()
    {
        using (var store = await OpenAsync())
        {
            await store.Blobs.PutBytesAsync("left", new byte[3], "x/y", Cancellation);
            await store.Blobs.PutBytesAsync("used", new byte[3], "x/y", Cancellation);
        }

        var path = Path.Combine(folder.FullName, EmbeddedDatabase.FileName);
        using (var session = new SqliteSession($"Data Source={path};Pooling=False", ""))
        {
            session.Say("ALTER TABLE blobs DROP COLUMN written");
        }

        using var after = await OpenAsync();
        await after.Blobs.PutBytesAsync("used", new byte[3], "x/y", Cancellation);
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        Assert.False(await after.Blobs.DeleteOlderAsync("used", yesterday, Cancellation));
        Assert.True(await after.Blobs.DeleteOlderAsync("left", yesterday, Cancellation));
    }

    [Fact]
    public async Task What_is_being_written_is_no_stray()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        var blobs = await BlobsInAsync(database);
        var pipe = new Pipe(new(pauseWriterThreshold: 0));
        var put = blobs.PutAsync("a", pipe.Reader.AsStream(), new("x/y"), Cancellation);
        await pipe.Writer.WriteAsync(new byte[Block.Capacity + 1], Cancellation); // Of as much a file is begun.
        await Eventually.IsSoAsync(() => Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories).Any());
        blobs.RemoveStrays(() => false);
        await pipe.Writer.CompleteAsync();
        Assert.IsType<PutReply.Stored>(await put);
        Assert.Equal(Block.Capacity + 1, (await blobs.ReadBytesAsync("a", int.MaxValue, Cancellation))?.Length);
    }

    [Fact]
    public void Who_only_reads_cannot_write()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        Assert.Throws<StorageUnavailableException>(() => database.Read(s => s.Run("CREATE TABLE mine (x)")));
        Assert.Equal(1, database.Meter.Faults);
    }

    [Fact]
    public async Task Files_of_more_than_a_page_are_all_listed()
    {
        using var store = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 1_001)
            .Select(i => store.Blobs.PutBytesAsync($"many/{i}", new byte[1], "x/y", Cancellation)));
        Assert.Equal(1_001, await store.Blobs.ListAsync("many/", Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task What_somebody_put_among_the_files_stays()
    {
        (await OpenAsync()).Dispose();
        string[] theirs = ["notes.txt", "0123456789abcdef", "01/notes.txt", "01/0123456789abcdef.txt", "01/fedcba9876543210",
            "holiday/0123456789abcdef", "01/deep/0123456789abcdef"];
        foreach (var name in theirs)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Files, name))!);
            await File.WriteAllTextAsync(Path.Combine(Files, name), "theirs", Cancellation);
        }

        await TidyAsync();
        Assert.Equal(theirs.Order(), Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Files, f)).Order());
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

    /// <summary>A write that goes on until it is let, while others gather.</summary>
    private static Task<int> WriteUntil(ManualResetEventSlim gathered, EmbeddedDatabase database)
    {
        using var begun = new ManualResetEventSlim();
        var write = database.WriteAsync(
            _ =>
            {
                begun.Set();
                gathered.Wait(Cancellation);
                return 0;
            },
            Cancellation);
        begun.Wait(Cancellation);
        return write;
    }

    // As a store does beside its work, which ends with it.
    private async Task TidyAsync()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        (await BlobsInAsync(database)).RemoveStrays(() => false);
    }

    private async Task<EmbeddedBlobStore> BlobsInAsync(EmbeddedDatabase database)
    {
        var room = new StorageRoom(Database, null, database.Reserve, database.Meter);
        var blobs = new EmbeddedBlobStore(database, new FileFolder(Files), room, database.Meter);
        await blobs.BeginAsync(Cancellation);
        return blobs;
    }

    private Task<EmbeddedStore> OpenAsync(long? maxBytes = null) =>
        EmbeddedStore.OpenAsync(new(folder.FullName) { MaxBytes = maxBytes }, Cancellation);
}
