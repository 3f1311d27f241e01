using System.Collections.Concurrent;
using ComfyFunc.Adapters.Storage.Embedded;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A long file is on disk, under its name, before a row says that it is there.</summary>
public sealed class LastingFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lasting-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Files => Path.Combine(folder.FullName, FileFolder.FolderName);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_is_flushed_and_named_and_its_folders_flushed_before_its_row_is_committed()
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => s.Run(BlobSql.Create), Cancellation);
        var disk = new WatchedDisk(() => (long)database.Read(s => s.Scalar("SELECT count(*) FROM blobs"))!);
        var blobs = new EmbeddedBlobStore(database, new FileFolder(Files, disk),
            new StorageRoom(Path.Combine(folder.FullName, EmbeddedDatabase.FileName), null, database.Reserve,
                database.Meter), database.Meter);
        await blobs.BeginAsync(Cancellation);
        Assert.Equal([$"folder {folder.Name}", "folder files"], disk.Steps); // What it made, and what a killed process may have made in it.
        disk.Steps.Clear();
        await blobs.PutBytesAsync("a", new byte[EmbeddedBlobStore.LongestRow + 1], "x/y", Cancellation);

        var name = Path.GetFileName(Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories).Single());
        Assert.Equal(
            [
                "folder files", $"flush {name}.part, {EmbeddedBlobStore.LongestRow + 1} bytes",
                $"rename {name}.part {name}", $"folder {name[..2]}",
            ],
            disk.Steps);
        Assert.Equal(1L, disk.Rows());
    }

    [Fact]
    public void A_data_folder_is_on_disk_with_those_above_it()
    {
        var disk = new WatchedDisk(() => 0);
        FolderClaim.Take(Path.Combine(folder.FullName, "a", "b") + "/", disk).Dispose();
        FolderClaim.Take(Path.Combine(folder.FullName, "a", "b"), disk).Dispose();
        Assert.Equal([$"folder {folder.Name}", "folder a"], disk.Steps);
    }

    [Fact]
    public void Who_finds_a_folder_finds_it_on_disk()
    {
        var disk = new RacedDisk();
        disk.MakeFolder(Path.Combine(folder.FullName, "a"));
        disk.Second!.Join(); // The first began it.
        Assert.Equal(["flushed", "found"], disk.Steps);
    }

    [Fact]
    public void What_is_not_finished_is_not_there_and_is_removed()
    {
        var path = Path.Combine(folder.FullName, "a");
        using (var file = new LastingFile(path, new Disk()))
        {
            file.Content.WriteByte(1);
            Assert.False(File.Exists(path));
            file.Remove();
        }

        Assert.Empty(folder.EnumerateFiles());
    }

    /// <summary>While a new folder is flushed, somebody else wants it too.</summary>
    private sealed class RacedDisk : Disk
    {
        public ConcurrentQueue<string> Steps { get; } = [];

        public Thread? Second { get; private set; }

        public override void FlushFolder(string folder)
        {
            Second = new Thread(() =>
            {
                MakeFolder(Path.Combine(folder, "a"));
                Steps.Enqueue("found");
            });
            Second.Start();
            Assert.True(SpinWait.SpinUntil(() => !Second.IsAlive || Second.ThreadState.HasFlag(ThreadState.WaitSleepJoin),
                TimeSpan.FromMinutes(1)));
            base.FlushFolder(folder);
            Steps.Enqueue("flushed");
        }
    }

    /// <summary>Notes what is done. Nothing is done on disk that a row knows of.</summary>
    private sealed class WatchedDisk(Func<long> rows) : Disk
    {
        public List<string> Steps { get; } = [];

        public Func<long> Rows => rows;

        public override void Flush(FileStream file)
        {
            Note($"flush {Path.GetFileName(file.Name)}, {file.Length} bytes");
            base.Flush(file);
        }

        public override void Rename(string from, string to)
        {
            Note($"rename {Path.GetFileName(from)} {Path.GetFileName(to)}");
            base.Rename(from, to);
        }

        public override void FlushFolder(string folder)
        {
            Note($"folder {Path.GetFileName(folder)}");
            base.FlushFolder(folder);
        }

        private void Note(string step)
        {
            Assert.Equal(0L, rows());
            Steps.Add(step);
        }
    }
}
