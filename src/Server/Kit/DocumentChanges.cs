using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Kit;

internal static class DocumentChanges
{
    /// <summary>Changes a document, or makes it, over whatever others write meanwhile.</summary>
    /// <param name="what">What it is, for who reads that others were faster again and again.</param>
    /// <param name="change">
    /// Gets <see langword="null"/> where there is none; answering <see langword="null"/>, or what it got, writes nothing.
    /// </param>
    /// <exception cref="RowContendedException">Others were faster, <see cref="WriteTries.Most"/> times.</exception>
    public static Task<(T? Before, T? Now)> ChangeAsync<T>(this IDocumentTable table, string partition, string row, string what,
        Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class =>
        table.ChangeAsync<T>(partition, row, what, before => ValueTask.FromResult(change(before)), cancellationToken);

    /// <inheritdoc cref="ChangeAsync{T}(IDocumentTable, string, string, string, Func{T, T}, CancellationToken)"/>
    public static async Task<(T? Before, T? Now)> ChangeAsync<T>(this IDocumentTable table, string partition, string row, string what,
        Func<T?, ValueTask<T?>> change, CancellationToken cancellationToken)
        where T : class
    {
        var tries = new WriteTries(what);
        while (true)
        {
            var document = await table.FindAsync(partition, row, cancellationToken);
            var before = document is null ? null : StoredJson.Read<T>(document.Json);
            var after = await change(before);
            if (after is null || after.Equals(before))
            {
                return (before, after);
            }

            var next = new Document(partition, row, StoredJson.Write(after)) { ETag = document?.ETag ?? "" };
            if (await (document is null ? table.InsertAsync(next, cancellationToken)
                : table.ReplaceAsync(next, cancellationToken)) is WriteReply.Written)
            {
                return (before, after);
            }

            tries.Lost();
        }
    }
}
