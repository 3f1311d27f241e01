namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Copies all that one storage holds into another one that is empty. One that was cut off goes on when it is run again: what has arrived is
/// not sent twice.
/// </summary>
/// <param name="tables">The names of the tables to copy.</param>
public sealed class StorageCopy(StorageParts from, StorageParts to, IReadOnlyList<string> tables)
{
    /// <summary>In the target until all has arrived. Nothing should serve from there while it is.</summary>
    public const string Unfinished = "copy/unfinished";

    private const int FilesAtOnce = 8;
    private const int DocumentsAtOnce = 32;

    private long documents;
    private long files;
    private long bytes;

    /// <summary>What has arrived.</summary>
    public CopiedData Copied => new(Interlocked.Read(ref documents), Interlocked.Read(ref files), Interlocked.Read(ref bytes));

    /// <exception cref="NotEmptyException">The target holds something else.</exception>
    /// <exception cref="InvalidDataException">A file of the source is not what was stored.</exception>
    /// <exception cref="StorageUnavailableException">Either cannot be used; what has arrived stays.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await to.Blobs.EnsureCreatedAsync(cancellationToken);
        await to.Tables.EnsureCreatedAsync(tables, cancellationToken);
        await ClaimAsync(cancellationToken);
        await Parallel.ForEachAsync(from.Blobs.ListAsync("", cancellationToken), AtOnce(FilesAtOnce, cancellationToken), CopyAsync);
        foreach (var table in tables)
        {
            var target = to.Tables[table];
            await Parallel.ForEachAsync(
                from.Tables[table].QueryAsync(new DocumentQuery { PageSize = DocumentQuery.LargestPage }, cancellationToken),
                AtOnce(DocumentsAtOnce, cancellationToken), async (document, ct) =>
                {
                    await target.UpsertAsync(document, ct);
                    Interlocked.Increment(ref documents);
                });
        }

        await to.Blobs.DeleteAsync(Unfinished, cancellationToken);
    }

    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        if (await to.Blobs.FindAsync(Unfinished, cancellationToken) is not null)
        {
            return;
        }

        if (await to.Blobs.ListAsync("", cancellationToken).FirstOrDefaultAsync(cancellationToken) is { } file)
        {
            throw new NotEmptyException($"The container is not empty: it has {file.Name}.");
        }

        foreach (var table in tables)
        {
            if ((await to.Tables[table].PageAsync(new() { PageSize = 1 }, null, cancellationToken)).Documents is not [])
            {
                throw new NotEmptyException($"The table {table} is not empty.");
            }
        }

        await to.Blobs.PutBytesAsync(Unfinished, Array.Empty<byte>(), "application/octet-stream", cancellationToken);
    }

    private async ValueTask CopyAsync(BlobFile file, CancellationToken cancellationToken)
    {
        var there = await to.Blobs.FindAsync(file.Name, cancellationToken);
        if (there != file || file.Sha256.Length == 0)
        {
            // Nobody else has the source, so what it lists is there.
            await using var content = await from.Blobs.OpenReadAsync(file.Name, cancellationToken)
                ?? throw new InvalidDataException($"The file {file.Name} is gone.");
            var reply = await to.Blobs.PutAsync(file.Name, content, new(file.ContentType) { LengthHint = file.Bytes }, cancellationToken);
            if (reply is not PutReply.Stored { File: var stored } || (file.Sha256.Length > 0 && stored != file))
            {
                throw new InvalidDataException($"The file {file.Name} is damaged: it is not what was stored.");
            }
        }

        Interlocked.Increment(ref files);
        Interlocked.Add(ref bytes, file.Bytes);
    }

    private static ParallelOptions AtOnce(int most, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken };
}

/// <summary>The two halves of a storage.</summary>
public sealed record StorageParts(IDocumentTables Tables, IBlobStore Blobs);

/// <summary>What a copy has brought over.</summary>
public sealed record CopiedData(long Documents, long Files, long Bytes);

/// <summary>A storage that was to be empty holds something.</summary>
public sealed class NotEmptyException(string message) : Exception(message);
