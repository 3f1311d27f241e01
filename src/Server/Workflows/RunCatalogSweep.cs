using System.Globalization;
using System.Text;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// Removes node catalogs that neither a workflow's version names nor a run. Of runs none has to be read: they are kept for a time, and what
/// they refer to was written not long before. Once a day, whichever process looks.
/// </summary>
public sealed class RunCatalogSweep(WorkflowStore workflows, IBlobStore blobs, ComfyFuncOptions options, TimeProvider clock)
{
    private const string Mark = "swept/catalogs";
    private const int AtOnce = 16;
    private const int LongestMark = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    // A run is open for a day at most, and then kept.
    private TimeSpan Patience => options.Retention + TimeSpan.FromDays(1) + (2 * RunCatalogs.Trust);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await DueAsync(cancellationToken);
        if (due <= now)
        {
            var named = await workflows.CatalogsAsync(cancellationToken);
            var stored = blobs.ListAsync(WorkflowStore.Catalogs, cancellationToken).Select(f => f.Name);
            await foreach (var some in stored.Chunk(DocumentQuery.LargestPage).WithCancellation(cancellationToken))
            {
                await FewAtOnce.ForEachAsync(some.Where(n => !named.Contains(Path.GetFileNameWithoutExtension(n))), AtOnce,
                    n => blobs.DeleteOlderAsync(n, now - Patience, cancellationToken));
            }
        }

        if (due is null || due <= now)
        {
            // Earlier releases let runs refer to what was written whenever: those have to go first.
            var next = now + (due is null ? Patience : Interval);
            await blobs.PutBytesAsync(Mark, Encoding.UTF8.GetBytes(next.ToString("O", CultureInfo.InvariantCulture)), "text/plain",
                cancellationToken);
        }
    }

    /// <returns><see langword="null"/> where nobody has looked yet.</returns>
    private async Task<DateTimeOffset?> DueAsync(CancellationToken cancellationToken) =>
        await blobs.ReadBytesAsync(Mark, LongestMark, cancellationToken) is { } mark
        ? DateTimeOffset.Parse(Encoding.UTF8.GetString(mark), CultureInfo.InvariantCulture) : null;
}
