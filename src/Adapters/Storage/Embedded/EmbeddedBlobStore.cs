using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// Files of a data folder, their facts in its database. What fits into a few pages lies in the database too: it shares the flush of its
/// facts (https://www.sqlite.org/intern-v-extern-blob.html), where a file of its own costs three.
/// </summary>
internal sealed class EmbeddedBlobStore(EmbeddedDatabase database, FileFolder files, StorageRoom room, StorageMeter meter) : IBlobStore
{
    /// <summary>The longest content that lies in the database.</summary>
    internal const int LongestRow = 64 * 1024;

    private const int PageSize = 1000;
    private const int MostTries = 5;

    // Follows every other character that a name can hold.
    private const string AfterAll = "\U0010FFFF";

    /// <summary>Makes the folder ready, and knows from then on what its files take.</summary>
    public Task BeginAsync(CancellationToken cancellationToken)
    {
        StoreFailure.Named(() =>
        {
            files.Begin();
            return true;
        });
        return database.WriteAsync(
            session =>
            {
                session.Run(BlobSql.Create);
                if (session.Scalar(BlobSql.HasWritten) is null)
                {
                    session.Run(BlobSql.AddWritten);
                }

                room.Begin((long)session.Scalar(BlobSql.FileBytes)!); // A sum of nothing is 0.
                room.Bound(session);
                return true;
            },
            cancellationToken);
    }

    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => Task.CompletedTask; // It began.

    public async Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken)
    {
        using var first = await Block.ReadAsync(content, write.LengthHint, cancellationToken);
        if (first.Length > write.MaxBytes)
        {
            return new PutReply.TooLarge();
        }

        var sql = write.IfAbsent ? BlobSql.PutIfAbsent : BlobSql.Put;
        if (first.Length < Block.Capacity)
        {
            return await PutWholeAsync(sql, name, first.Memory, write.ContentType, cancellationToken); // There is no second block.
        }

        return await PutFileAsync(sql, name, write.ContentType,
            file => IsTakenAsync(file, first, content, write.MaxBytes, cancellationToken), cancellationToken);
    }

    public async Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) =>
        await PutWholeAsync(BlobSql.Put, name, content, contentType, cancellationToken) is PutReply.Stored { File: var blob } ? blob
            : throw new InvalidOperationException("What writes over everything was not written.");

    public async Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) =>
        await PutWholeAsync(BlobSql.PutIfAbsent, name, content, contentType, cancellationToken) is PutReply.Stored;

    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        (await OpenSeekableAsync(name, cancellationToken))?.Content;

    public Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken) =>
        database.Work.RunAsync(() => Open(name), cancellationToken);

    public async Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        await using var open = await OpenSeekableAsync(name, cancellationToken);
        if (open is null)
        {
            return null;
        }

        if (open.File.Bytes > maxBytes)
        {
            throw new InvalidDataException($"The file '{name}' holds {open.File.Bytes} bytes, more than {maxBytes}.");
        }

        var bytes = new byte[open.File.Bytes];
        await open.Content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    public Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.Work.RunAsync(() => Look(BlobSql.Find, name, BlobIn).SingleOrDefault(), cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync(name, session => session.Run(BlobSql.Delete, ("$name", name)), cancellationToken);

    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken) =>
        DeleteAsync(name, session => session.Run(BlobSql.DeleteOlder, ("$name", name), ("$before", time.ToUnixTimeSeconds())),
            cancellationToken);

    public async Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        var deleted = 0;
        await foreach (var blob in ListAsync(prefix, cancellationToken))
        {
            deleted += await DeleteAsync(blob.Name, cancellationToken) ? 1 : 0;
        }

        return deleted;
    }

    public async IAsyncEnumerable<BlobFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = ""; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            meter.Count(new("blob", "GET"));
            var page = await database.ReadAsync(session => session.Rows(BlobSql.List, BlobIn,
                ("$prefix", prefix), ("$last", prefix + AfterAll), ("$after", after), ("$count", PageSize)), cancellationToken);
            foreach (var blob in page)
            {
                yield return blob;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Name;
        }
    }

    /// <summary>Removes what a process that died left half done: files that nobody names. Goes on while the store is used.</summary>
    public void RemoveStrays(Func<bool> isOver)
    {
        foreach (var (name, path) in files.FromEarlier().TakeWhile(_ => !isOver()))
        {
            if (database.Read(session => session.Scalar(BlobSql.HasFile, ("$file", name))) is null)
            {
                FileFolder.TryDelete(path);
            }
        }
    }

    /// <summary>Whether the file has all of it; else it is longer than it may be.</summary>
    private static async Task<bool> IsTakenAsync(NewFile file, Block first, Stream rest, long? maxBytes,
        CancellationToken cancellationToken)
    {
        await file.AppendAsync(first.Memory, cancellationToken);
        for (var last = first.Length; last == Block.Capacity;)
        {
            using var block = await Block.ReadAsync(rest, Block.Capacity, cancellationToken);
            if (file.Bytes + block.Length > maxBytes)
            {
                return false;
            }

            await file.AppendAsync(block.Memory, cancellationToken);
            last = block.Length;
        }

        return true;
    }

    private async Task<PutReply> PutWholeAsync(string sql, string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        if (content.Length <= LongestRow)
        {
            var blob = BlobFile.Of(name, content.Span, contentType);
            return await database.Work.WithinAsync(PutRowAsync(sql, blob, null, content.ToArray(), cancellationToken))
                ? new PutReply.Stored(blob)
                : new PutReply.Exists(blob);
        }

        return await PutFileAsync(sql, name, contentType,
            async file =>
            {
                await file.AppendAsync(content, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <param name="fill">Answers whether the file has all of it.</param>
    private async Task<PutReply> PutFileAsync(string sql, string name, string contentType, Func<NewFile, Task<bool>> fill,
        CancellationToken cancellationToken)
    {
        var file = await NewFile.BeginAsync(files, room, database.Work, cancellationToken);
        var isFull = false;
        try
        {
            isFull = await fill(file);
        }
        finally
        {
            if (!isFull)
            {
                await file.DisposeAsync();
            }
        }

        return isFull ? await database.Work.WithinAsync(FinishAsync(sql, name, file, contentType, cancellationToken), isFile: true)
            : new PutReply.TooLarge();
    }

    // Whoever waits may give it up; whether the file stays is known only when its row is written or is not.
    private async Task<PutReply> FinishAsync(string sql, string name, NewFile file, string contentType,
        CancellationToken cancellationToken)
    {
        await using var one = file;
        var blob = new BlobFile(name, file.Bytes, await file.FinishAsync(), contentType);
        if (!await PutRowAsync(sql, blob, file.Name, null, cancellationToken))
        {
            return new PutReply.Exists(blob);
        }

        file.Keep();
        return new PutReply.Stored(blob);
    }

    /// <summary>From here on the name holds the new content, and what it held before goes.</summary>
    private async Task<bool> PutRowAsync(string sql, BlobFile blob, string? file, byte[]? content, CancellationToken cancellationToken)
    {
        meter.Count(new("blob", "PUT"));
        var (isWritten, left) = await database.WriteAsync(
            session =>
            {
                room.Bound(session);
                var old = FileOf(session, blob.Name);
                var written = session.Run(sql, ("$name", blob.Name), ("$bytes", blob.Bytes), ("$sha256", blob.Sha256),
                    ("$type", blob.ContentType), ("$file", file), ("$content", content)) == 1;
                return (written, written ? old : null);
            },
            cancellationToken);
        await DropAsync(left);
        return isWritten;
    }

    private Task<bool> DeleteAsync(string name, Func<SqliteSession, int> delete, CancellationToken cancellationToken) =>
        database.Work.WithinAsync(DeleteRowAsync(name, delete, cancellationToken));

    private async Task<bool> DeleteRowAsync(string name, Func<SqliteSession, int> delete, CancellationToken cancellationToken)
    {
        meter.Count(new("blob", "DELETE"));
        var (isGone, left) = await database.WriteAsync(
            session =>
            {
                var old = FileOf(session, name);
                return delete(session) == 1 ? (true, old) : (false, null);
            },
            cancellationToken);
        await DropAsync(left);
        return isGone;
    }

    private async Task DropAsync((string Name, long Bytes)? left)
    {
        if (left is { } file)
        {
            await Task.Run(() => files.Delete(file.Name), CancellationToken.None);
            room.Leave(file.Bytes);
        }
    }

    private List<T> Look<T>(string sql, string name, Func<SqliteDataReader, T> read)
    {
        meter.Count(new("blob", "GET"));
        return database.Read(session => session.Rows(sql, read, ("$name", name)));
    }

    private OpenFile? Open(string name)
    {
        // A replace between the two looks takes the file away; the row then names the next one.
        for (var tries = 0; tries < MostTries; tries++)
        {
            switch (Look(BlobSql.Open, name, row => (BlobIn(row), row[4] as string, row[5] as byte[])))
            {
                case []:
                    return null;
                case [(var blob, _, { } content)]:
                    return new(blob, new MemoryStream(content, writable: false));
                case [(var blob, { } file, _)] when StoreFailure.Named(() => files.Open(file)) is { } stream:
                    return new(blob, new DiskStream(stream, database.Work));
                default:
                    break;
            }
        }

        throw new StorageUnavailableException($"The file of '{name}' is not where its row says.");
    }

    private static (string Name, long Bytes)? FileOf(SqliteSession session, string name) =>
        session.Rows(BlobSql.File, row => (row.GetString(0), row.GetInt64(1)), ("$name", name)) is [var file] ? file : null;

    private static BlobFile BlobIn(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3));
}
