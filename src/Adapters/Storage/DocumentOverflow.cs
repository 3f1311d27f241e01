using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using BitFaster.Caching.Lru;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Turns documents into table rows and back, keeping JSON that is too long for a column in a blob of its own.</summary>
internal sealed class DocumentOverflow(string table, IBlobStore blobs)
{
    public const string Prefix = "overflow/";

    // A string column holds 64 KiB of UTF-16, which is 32 Ki characters.
    public const int LongestColumn = 30_000;

    // A blob never changes, and its row is read first: a document that is read at each call is fetched once.
    private const int MostKept = 128;
    private const int LongestKept = 512 << 10;

    private readonly ConcurrentLru<string, string> kept = new(MostKept);

    public async Task<TableEntity> ToEntityAsync(Document document, CancellationToken cancellationToken)
    {
        TableKey.Require(document.Partition);
        TableKey.Require(document.Row);
        var entity = new TableEntity(document.Partition, document.Row);
        foreach (var (name, value) in document.Columns)
        {
            entity[name] = Columns.Normal(name, value);
        }

        if (document.Json.Length <= LongestColumn)
        {
            entity[Columns.Json] = document.Json;
            return entity;
        }

        // A new name for each write: one that fails later leaves the stored document's blob alone.
        var blob = NewName(document);
        await blobs.PutBytesAsync(blob, Encoding.UTF8.GetBytes(document.Json), "application/json", cancellationToken);
        entity[Columns.Overflow] = blob;
        return entity;
    }

    /// <returns><see langword="null"/> when the blob is gone, as it is after a newer write.</returns>
    public async Task<Document?> ToDocumentAsync(TableEntity entity, CancellationToken cancellationToken)
    {
        var blob = NameIn(entity);
        var json = blob is null ? entity.GetString(Columns.Json) ?? "" : await ReadAsync(blob, cancellationToken);
        return json is null ? null : new Document(entity.PartitionKey, entity.RowKey, json)
        {
            Columns = entity.Where(c => !Columns.IsReserved(c.Key) && c.Value is not null).ToImmutableDictionary(c => c.Key, c => c.Value),
            ETag = new DocumentTag(entity.ETag.ToString(), blob).ToString(),
        };
    }

    public Task DropAsync(string? blob, CancellationToken cancellationToken) =>
        blob is null ? Task.CompletedTask : blobs.DeleteAsync(blob, cancellationToken);

    public static string? NameIn(TableEntity entity) => entity.GetString(Columns.Overflow);

    private async Task<string?> ReadAsync(string blob, CancellationToken cancellationToken)
    {
        if (kept.TryGet(blob, out var known))
        {
            return known;
        }

        var json = await blobs.ReadBytesAsync(blob, int.MaxValue, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (json?.Length <= LongestKept)
        {
            kept.AddOrUpdate(blob, json);
        }

        return json;
    }

    private string NewName(Document document)
    {
        var keys = SHA256.HashData(Encoding.UTF8.GetBytes($"{document.Partition}\n{document.Row}"));
        return $"{Prefix}{table}/{Convert.ToHexStringLower(keys)}/{Guid.NewGuid():N}";
    }
}
