using System.Runtime.CompilerServices;

namespace ComfyFunc.Adapters.Storage;

/// <summary>What a table answers in pages, as one.</summary>
internal static class DocumentPages
{
    /// <summary>A page is read when the one before it is used up.</summary>
    public static async IAsyncEnumerable<Document> PageByPageAsync(this IDocumentTable table, DocumentQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await table.PageAsync(query, continuation, cancellationToken);
            foreach (var document in page.Documents)
            {
                yield return document;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
    }
}
