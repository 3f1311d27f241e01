using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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

    public Task EnsureCreatedAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Run(BlobSql.Create), cancellationToken);

    public async Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken)
    {
        using var first = await Block.ReadAsync(content, write.LengthHint, cancellationToken);
        if (first.Length > write.MaxBytes)
        {
            return new PutReply.TooLarge();
        }

        return first.Length <= LongestRow
            ? new PutReply.Stored(await PutBytesAsync(name, first.Memory, write.ContentType, cancellationToken))
            : await PutFileAsync(name, first, content, write, cancellationToken);
    }

    public async Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        var blob = BlobFile.Of(name, content.Span, contentType);
        await StoreAsync(BlobSql.Put, blob, content, cancellationToken);
        return blob;
    }

    public Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) =>
        StoreAsync(BlobSql.PutIfAbsent, BlobFile.Of(name, content.Span, contentType), content, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) => OpenSeekableAsync(name, cancellationToken);

    public Task<Stream?> OpenSeekableAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A replace between the two looks takes the file away; the row then names the next one.
        for (var tries = 0; tries < MostTries; tries++)
        {
            switch (Look(BlobSql.Open, name, row => row.IsDBNull(0) ? (null, (byte[])row[1]) : (row.GetString(0), (byte[]?)null)))
            {
                case []:
                    return Task.FromResult<Stream?>(null);
                case [(_, { } content)]:
                    return Task.FromResult<Stream?>(new MemoryStream(content, writable: false));
                case [({ } file, _)] when Guarded(() => files.Open(file)) is { } stream:
                    return Task.FromResult<Stream?>(stream);
                default:
                    break;
            }
        }

        throw new StorageUnavailableException($"The file of '{name}' is not where its row says.");
    }

    public async Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await OpenSeekableAsync(name, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        if (stream.Length > maxBytes)
        {
            throw new InvalidDataException($"The file '{name}' holds {stream.Length} bytes, more than {maxBytes}.");
        }

        var bytes = new byte[stream.Length];
        await GuardedAsync(() => stream.ReadExactlyAsync(bytes, cancellationToken).AsTask());
        return bytes;
    }

    public Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Look(BlobSql.Find, name, BlobIn).SingleOrDefault());
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        meter.Count(new("blob", "DELETE"));
        var (wasThere, left) = await database.WriteAsync(
            session =>
            {
                var old = FileOf(session, name);
                return (session.Run(BlobSql.Delete, ("$name", name)) == 1, old);
            },
            cancellationToken);
        Drop(left);
        return wasThere;
    }

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
        await Task.CompletedTask;
        for (var after = ""; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            meter.Count(new("blob", "GET"));
            var page = database.Read(session => session.Rows(BlobSql.List, BlobIn,
                ("$prefix", prefix), ("$last", prefix + AfterAll), ("$after", after), ("$count", PageSize)));
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
    public void RemoveStrays()
    {
        foreach (var (name, path) in files.FromEarlier())
        {
            if (database.Read(session => session.Scalar(BlobSql.HasFile, ("$file", name))) is null)
            {
                File.Delete(path);
            }
        }
    }

    private async Task<PutReply> PutFileAsync(string name, Block first, Stream rest, BlobWrite write, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var taken = new TakenRoom(room);
        await using var file = Guarded(files.Begin);
        await AppendAsync(first);
        for (var last = first.Length; last == Block.Capacity;)
        {
            using var block = await Block.ReadAsync(rest, Block.Capacity, cancellationToken);
            if (taken.Bytes + block.Length > write.MaxBytes)
            {
                return new PutReply.TooLarge();
            }

            await AppendAsync(block);
            last = block.Length;
        }

        var blob = new BlobFile(name, taken.Bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), write.ContentType);
        await GuardedAsync(file.FinishAsync);
        await PutRowAsync(BlobSql.Put, blob, file.Name, null, taken, cancellationToken);
        return new PutReply.Stored(blob);

        async Task AppendAsync(Block block)
        {
            hash.AppendData(block.Span);
            taken.Add(block.Length);
            await GuardedAsync(() => file.WriteAsync(block.Memory, cancellationToken).AsTask());
        }
    }

    private async Task<bool> StoreAsync(string sql, BlobFile blob, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var taken = new TakenRoom(room);
        if (content.Length <= LongestRow)
        {
            return await PutRowAsync(sql, blob, null, content.ToArray(), taken, cancellationToken);
        }

        taken.Add(content.Length);
        await using var file = Guarded(files.Begin);
        await GuardedAsync(() => file.WriteAsync(content, cancellationToken).AsTask());
        await GuardedAsync(file.FinishAsync);
        return await PutRowAsync(sql, blob, file.Name, null, taken, cancellationToken);
    }

    /// <summary>From here on the name holds the new content, and what it held before goes.</summary>
    private async Task<bool> PutRowAsync(string sql, BlobFile blob, string? file, byte[]? content, TakenRoom taken,
        CancellationToken cancellationToken)
    {
        meter.Count(new("blob", "PUT"));
        try
        {
            var (isWritten, left) = await database.WriteAsync(
                session =>
                {
                    room.Bound(session);
                    var old = FileOf(session, blob.Name);
                    var written = session.Run(sql, ("$name", blob.Name), ("$bytes", blob.Bytes), ("$sha256", blob.Sha256),
                        ("$type", blob.ContentType), ("$file", file), ("$content", content)) == 1;
                    return (written, old);
                },
                cancellationToken);
            if (isWritten)
            {
                taken.Keep();
                Drop(left);
                return true;
            }
        }
        catch when (file is not null)
        {
            files.Delete(file);
            throw;
        }

        if (file is not null)
        {
            files.Delete(file);
        }

        return false;
    }

    private void Drop((string Name, long Bytes)? left)
    {
        if (left is { } file)
        {
            files.Delete(file.Name);
            room.Leave(file.Bytes);
        }
    }

    private List<T> Look<T>(string sql, string name, Func<SqliteDataReader, T> read)
    {
        meter.Count(new("blob", "GET"));
        return database.Read(session => session.Rows(sql, read, ("$name", name)));
    }

    private static (string Name, long Bytes)? FileOf(SqliteSession session, string name) =>
        session.Rows(BlobSql.File, row => (row.GetString(0), row.GetInt64(1)), ("$name", name)) is [var file] ? file : null;

    private static BlobFile BlobIn(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3));

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            throw StoreFailure.Of(e);
        }
    }

    private static async Task GuardedAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            throw StoreFailure.Of(e);
        }
    }

    /// <summary>Room that a file takes while it is written, given back unless the file is kept.</summary>
    private sealed class TakenRoom(StorageRoom room) : IDisposable
    {
        private bool isKept;

        public long Bytes { get; private set; }

        public void Add(long bytes)
        {
            room.Take(bytes);
            Bytes += bytes;
        }

        public void Keep() => isKept = true;

        public void Dispose()
        {
            if (!isKept)
            {
                room.Leave(Bytes);
            }
        }
    }
}
