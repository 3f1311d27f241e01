using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>All of one storage arrives in another, whole, once, and over nothing that is there.</summary>
public class StorageCopyTests(AzuriteFixture azurite)
{
    private static readonly string[] Tables = ["things", "others"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_and_files_are_the_same_in_the_account()
    {
        await using var from = await FilledAsync();
        await using var to = StorageServices.Of(await azurite.NewStorageAsync());
        var copy = CopyOf(from, to);
        await copy.RunAsync(Cancellation);

        Assert.Equal(new CopiedData(1004, 3, 3 + EmbeddedBlobStore.LongestRow + 1), copy.Copied);
        Assert.Equal(await FilesInAsync(from), (await FilesInAsync(to)).Where(f => !f.Contains(DocumentOverflow.Prefix)));
        foreach (var table in Tables)
        {
            Assert.Equal(await DocumentsInAsync(from, table), await DocumentsInAsync(to, table));
        }

        var found = await to.Tables["things"].QueryAsync(
            new() { Where = ImmutableDictionary<string, object>.Empty.Add("Number", 7L) }, Cancellation).ToListAsync(Cancellation);
        Assert.Equal("7", Assert.Single(found).Row);
    }

    [Fact]
    public async Task A_copy_that_was_cut_off_goes_on_and_sends_no_file_twice()
    {
        await using var from = await FilledAsync();
        await using var to = StorageServices.InMemory();
        var (files, tables) = (new CountingBlobs(from.Blobs), new CountingTables(to.Tables));
        var copy = new StorageCopy(new(from.Tables, files), new(tables, to.Blobs), Tables);
        tables.BeforeUpsert = table => table == "others" ? throw new StorageUnavailableException("It is away.", null) : Task.CompletedTask;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => copy.RunAsync(Cancellation));
        Assert.Equal(3, files.Reads);
        Assert.NotNull(await to.Blobs.FindAsync(StorageCopy.Unfinished, Cancellation));

        tables.BeforeUpsert = _ => Task.CompletedTask;
        await new StorageCopy(new(from.Tables, files), new(tables, to.Blobs), Tables).RunAsync(Cancellation);
        Assert.Equal(3, files.Reads);
        Assert.Equal(await FilesInAsync(from), await FilesInAsync(to)); // What says that it is unfinished is gone too.
        Assert.Equal(await DocumentsInAsync(from, "others"), await DocumentsInAsync(to, "others"));
    }

    [Theory]
    [InlineData(true, "The container is not empty: it has theirs.")]
    [InlineData(false, "The table others is not empty.")]
    public async Task What_holds_something_is_left_alone(bool isFile, string message)
    {
        await using var from = await FilledAsync();
        await using var to = await StorageServices.InMemory().CreatedAsync();
        await to.Tables.EnsureCreatedAsync(Tables, Cancellation);
        if (isFile)
        {
            await to.Blobs.PutBytesAsync("theirs", new byte[1], "text/plain", Cancellation);
        }
        else
        {
            await to.Tables["others"].InsertAsync(new("p", "r", "{}"), Cancellation);
        }

        var refused = await Assert.ThrowsAsync<NotEmptyException>(() => CopyOf(from, to).RunAsync(Cancellation));
        Assert.Equal(message, refused.Message);
        Assert.Equal(isFile ? ["theirs"] : [], (await to.Blobs.ListAsync("", Cancellation).ToListAsync(Cancellation)).Select(b => b.Name));
    }

    [Fact]
    public async Task A_file_that_is_not_what_was_stored_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("copy-");
        try
        {
            using var store = await EmbeddedStore.OpenAsync(new(folder.FullName), Cancellation);
            await store.Tables.EnsureCreatedAsync(Tables, Cancellation);
            await store.Blobs.PutBytesAsync("long", new byte[EmbeddedBlobStore.LongestRow + 1], "x/y", Cancellation);
            var file = Directory.EnumerateFiles(Path.Combine(folder.FullName, "files"), "*", SearchOption.AllDirectories).Single();
            await File.WriteAllBytesAsync(file, [1], Cancellation);
            await using var to = StorageServices.InMemory();

            var failed = await Assert.ThrowsAsync<InvalidDataException>(
                () => new StorageCopy(new(store.Tables, store.Blobs), new(to.Tables, to.Blobs), Tables).RunAsync(Cancellation));
            Assert.Equal("The file long is damaged: it is not what was stored.", failed.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static StorageCopy CopyOf(StorageServices from, StorageServices to) =>
        new(new(from.Tables, from.Blobs), new(to.Tables, to.Blobs), Tables);

    // More documents than one page has, one longer than a column may be, and files of no, few and many bytes.
    private static async Task<StorageServices> FilledAsync()
    {
        var storage = await StorageServices.EmbeddedAsync();
        await storage.Tables.EnsureCreatedAsync(Tables, Cancellation);
        var columns = ImmutableDictionary<string, object>.Empty.Add("Text", "a'b é").Add("At", DateTimeOffset.UnixEpoch).Add("Is", true);
        await Task.WhenAll(Enumerable.Range(0, 1002).Select(i => storage.Tables["things"].InsertAsync(
            new("p", $"{i}", $$"""{"number":{{i}}}""") { Columns = columns.Add("Number", (long)i) }, Cancellation)));
        var text = new string('x', 2 * DocumentOverflow.LongestColumn);
        await storage.Tables["things"].InsertAsync(new("p", "long", $"\"{text}\""), Cancellation);
        await storage.Tables["others"].InsertAsync(new("q", "r", "{}"), Cancellation);
        await storage.Blobs.PutBytesAsync("none", Array.Empty<byte>(), "text/plain", Cancellation);
        await storage.Blobs.PutBytesAsync("runs/a b/é.png", new byte[] { 1, 2, 3 }, "image/png", Cancellation);
        await storage.Blobs.PutBytesAsync("long", new byte[EmbeddedBlobStore.LongestRow + 1], "video/mp4", Cancellation);
        return storage;
    }

    private static async Task<List<string>> FilesInAsync(StorageServices storage) =>
        [.. (await storage.Blobs.ListAsync("", Cancellation).ToListAsync(Cancellation)).Select(f => f.ToString())];

    private static async Task<List<string>> DocumentsInAsync(StorageServices storage, string table) =>
        [.. (await storage.Tables[table].QueryAsync(new() { PageSize = 1000 }, Cancellation).ToListAsync(Cancellation))
            .Select(d => $"{d.Partition} {d.Row} {d.Json} {string.Join(',', d.Columns.OrderBy(c => c.Key, StringComparer.Ordinal))}")];
}
