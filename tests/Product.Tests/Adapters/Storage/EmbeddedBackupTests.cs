using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Standalone;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A data folder is copied while it is in use, and the copy is a data folder of one moment.</summary>
public sealed class EmbeddedBackupTests : IDisposable
{
    private const int Long = EmbeddedBlobStore.LongestRow + 1;

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("backup-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(root.FullName, "data");

    private string Copy => Path.Combine(root.FullName, "copy");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task A_backup_of_a_folder_in_use_has_all_that_is_committed_and_is_one_file_beside_its_long_ones()
    {
        using var store = await OpenAsync(Data);
        await StoreAsync(store, "short", 10);
        await StoreAsync(store, "long", Long);
        var backup = EmbeddedBackup.Run(Data, Copy);
        await StoreAsync(store, "later", 10);

        Assert.Equal(1, backup.NewFiles);
        Assert.Equal(["comfyfunc.db", "files", "in-use"], Directory.EnumerateFileSystemEntries(Copy).Select(Path.GetFileName).Order());
        using var copy = await OpenAsync(Copy);
        Assert.Equal(["long", "short"], await copy.Blobs.ListAsync("", Cancellation).Select(b => b.Name).ToListAsync(Cancellation));
        Assert.Equal(new byte[Long], await copy.Blobs.ReadBytesAsync("long", Long, Cancellation));
        Assert.NotNull(await copy.Tables["things"].FindAsync("p", "long", Cancellation));
        Assert.Null(await copy.Tables["things"].FindAsync("p", "later", Cancellation));
    }

    [Fact]
    public async Task The_next_backup_copies_what_is_new_and_drops_what_is_gone()
    {
        using var store = await OpenAsync(Data);
        await StoreAsync(store, "stays", Long);
        await StoreAsync(store, "goes", Long);
        EmbeddedBackup.Run(Data, Copy);
        await store.Blobs.DeleteAsync("goes", Cancellation);
        await StoreAsync(store, "comes", Long);
        var second = EmbeddedBackup.Run(Data, Copy);

        Assert.Equal(1, second.NewFiles);
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(Copy, "files"), "*", SearchOption.AllDirectories).Count());
        using var copy = await OpenAsync(Copy);
        Assert.Equal(["comes", "stays"], await copy.Blobs.ListAsync("", Cancellation).Select(b => b.Name).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_deleted_before_it_is_copied_counts_as_deleted()
    {
        using var store = await OpenAsync(Data);
        await StoreAsync(store, "kept", Long);
        await StoreAsync(store, "gone", Long);
        var kept = Directory.EnumerateFiles(Path.Combine(Data, "files"), "*", SearchOption.AllDirectories).ToArray();
        await store.Blobs.DeleteAsync("kept", Cancellation);
        var gone = Directory.EnumerateFiles(Path.Combine(Data, "files"), "*", SearchOption.AllDirectories).Single();
        File.Delete(gone);
        EmbeddedBackup.Run(Data, Copy);

        Assert.Equal(2, kept.Length);
        using var copy = await OpenAsync(Copy);
        Assert.Null(await copy.Blobs.FindAsync("gone", Cancellation));
    }

    [Fact]
    public async Task A_folder_that_is_no_backup_is_left_alone()
    {
        using var store = await OpenAsync(Data);
        var mine = Directory.CreateDirectory(Path.Combine(Copy, "files", "ab"));
        await File.WriteAllTextAsync(Path.Combine(mine.FullName, "mine.txt"), "x", Cancellation);

        Assert.Throws<InvalidDataException>(() => EmbeddedBackup.Run(Data, Copy));
        Assert.Throws<InvalidDataException>(() => EmbeddedBackup.Run(Data, Data));
        Assert.Throws<InvalidDataException>(() => EmbeddedBackup.Run(Path.Combine(root.FullName, "nothing"), Path.Combine(root.FullName, "b")));
        Assert.True(File.Exists(Path.Combine(mine.FullName, "mine.txt")));
        Assert.False(File.Exists(Path.Combine(Copy, "in-use")));
    }

    [Theory]
    [InlineData("data/")]
    [InlineData("link")]
    [InlineData("link/../data")]
    [InlineData("data/inside")]
    [InlineData("link/files/inside")]
    public async Task The_data_folder_and_what_lies_in_it_are_no_backups_by_whatever_path(string target)
    {
        using (var store = await OpenAsync(Data))
        {
            await StoreAsync(store, "long", Long);
        }

        Directory.CreateSymbolicLink(Path.Combine(root.FullName, "link"), Data);
        Assert.Contains("no backup",
            Assert.Throws<InvalidDataException>(() => EmbeddedBackup.Run(Data, Path.Combine(root.FullName, target))).Message,
            StringComparison.Ordinal);
        using var after = await OpenAsync(Data);
        Assert.Equal(new byte[Long], await after.Blobs.ReadBytesAsync("long", Long, Cancellation));
    }

    [Fact]
    public async Task A_backup_that_cannot_be_made_leaves_the_one_before_and_nothing_half()
    {
        using var store = await OpenAsync(Data);
        await StoreAsync(store, "old", Long);
        EmbeddedBackup.Run(Data, Copy);
        await StoreAsync(store, "new", Long);
        var file = Directory.EnumerateFiles(Path.Combine(Data, "files"), "*", SearchOption.AllDirectories)
            .Single(f => !File.Exists(f.Replace(Data, Copy, StringComparison.Ordinal)));
        var taken = Path.Combine(Copy, "files", Path.GetRelativePath(Path.Combine(Data, "files"), file) + ".part");
        Directory.CreateDirectory(taken); // The copy cannot be written.
        Assert.Throws<StorageUnavailableException>(() => EmbeddedBackup.Run(Data, Copy));
        Assert.Equal(["comfyfunc.db", "files", "in-use"], Directory.EnumerateFileSystemEntries(Copy).Select(Path.GetFileName).Order());
        Directory.Delete(taken);

        using (var before = await OpenAsync(Copy))
        {
            Assert.Equal(["old"], await before.Blobs.ListAsync("", Cancellation).Select(b => b.Name).ToListAsync(Cancellation));
        }

        Assert.Equal(1, EmbeddedBackup.Run(Data, Copy).NewFiles);
    }

    [Fact]
    public async Task A_folder_that_a_process_serves_from_is_not_written_over()
    {
        using var store = await OpenAsync(Data);
        using var other = await OpenAsync(Copy);
        Assert.Throws<FolderInUseException>(() => EmbeddedBackup.Run(Data, Copy));
    }

    [Fact]
    public async Task The_command_says_what_it_made_or_why_not()
    {
        using (var store = await OpenAsync(Data))
        {
            await StoreAsync(store, "long", Long);
            var made = await StandaloneRun.StartAsync(root.FullName, ["backup", Copy, "--Data", Data]);
            Assert.Equal((0, ""), (made.ExitCode, made.Errors));
            Assert.StartsWith($"{Copy} is a backup of {Data}: ", made.Output, StringComparison.Ordinal);
        }

        var refused = await StandaloneRun.StartAsync(root.FullName, ["backup", "elsewhere", "--Data", "nothing"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal($"backup: {Path.Combine(root.FullName, "nothing")} has no data of this product's. Choose another folder, or --Data <folder>.",
            refused.Errors.Trim());
    }

    private static async Task<EmbeddedStore> OpenAsync(string folder)
    {
        var store = await EmbeddedStore.OpenAsync(new(folder), Cancellation);
        await store.Tables.EnsureCreatedAsync(["things"], Cancellation);
        return store;
    }

    private static async Task StoreAsync(EmbeddedStore store, string name, int length)
    {
        await store.Blobs.PutBytesAsync(name, new byte[length], "x/y", Cancellation);
        await store.Tables["things"].UpsertAsync(new Document("p", name, "{}"), Cancellation);
    }
}
