using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Kit;

/// <summary>Pages of a table whose rows are not all shown.</summary>
internal static class ShownPages
{
    private const int MostPages = 20;

    /// <summary>
    /// A page that is empty only where no more follow, as far as some looking goes: otherwise it would look like the end to whoever asks
    /// for few.
    /// </summary>
    /// <param name="show">What is shown of a page's rows.</param>
    public static async Task<(ImmutableArray<T> Shown, string? Continuation)> PageOfShownAsync<T>(this IDocumentTable table,
        DocumentQuery query, string? continuation, Func<ImmutableArray<Document>, ValueTask<IEnumerable<T>>> show,
        CancellationToken cancellationToken)
    {
        for (var looked = 1; ; looked++)
        {
            var page = await table.PageAsync(query, continuation, cancellationToken);
            ImmutableArray<T> shown = [.. await show(page.Documents)];
            if (!shown.IsEmpty || page.Continuation is null || page.Documents.IsEmpty || looked == MostPages)
            {
                return (shown, page.Continuation);
            }

            continuation = page.Continuation;
        }
    }
}
