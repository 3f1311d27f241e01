using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Batches;

/// <summary>
/// Which batches are not done, in a partition of their own: to find them costs what is open, not what is kept. A batch is entered before its
/// row says that it is open and leaves after that says that it is done, so that an entry may be of one that is over, but none is missing.
/// </summary>
internal sealed class OpenBatches(IDocumentTable table, TimeProvider clock)
{
    private const string Partition = "open";

    // Those that are to be canceled come first, and are looked at even while there is no room for runs.
    private const char Canceled = '0';
    private const char Feeding = '1';

    private const string Marks = "marks";
    private const string Entered = "entered";
    private const string Until = "Until";

    // For as long there may be processes of an earlier release beside this one.
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    // A batch's row is written right after it is entered.
    private static readonly TimeSpan Intake = TimeSpan.FromHours(1);

    private bool areEntered;

    public async Task<ImmutableArray<OpenBatch>> ListAsync(CancellationToken cancellationToken)
    {
        if (!areEntered)
        {
            await EnterOldAsync(isRepeated: false, cancellationToken);
            areEntered = true;
        }

        return
        [
            .. await table.QueryAsync(new() { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken)
                .Select(d => new OpenBatch(RunKeys.RunIn(d.Row[1..]), d.Row[0] == Canceled)).DistinctBy(b => b.Id)
                .ToArrayAsync(cancellationToken),
        ];
    }

    public Task EnterAsync(RunId batch, bool isCanceled, CancellationToken cancellationToken) =>
        table.UpsertAsync(new(Partition, RowOf(batch, isCanceled), "{}"), cancellationToken);

    /// <summary>The batch is done.</summary>
    /// <param name="wasCanceled">Whether it is done as one that was canceled. Else somebody may be about to cancel it.</param>
    public async Task LeaveAsync(RunId batch, bool wasCanceled, CancellationToken cancellationToken)
    {
        await table.DeleteAsync(Partition, RowOf(batch, isCanceled: false), etag: null, cancellationToken);
        if (wasCanceled)
        {
            await table.DeleteAsync(Partition, RowOf(batch, isCanceled: true), etag: null, cancellationToken);
        }
    }

    /// <summary>There is no such batch: its intake broke off, or it was removed.</summary>
    public async Task ForgetAsync(RunId batch, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() - RunKeys.CreatedAt(batch) > Intake)
        {
            await LeaveAsync(batch, wasCanceled: true, cancellationToken);
        }
    }

    /// <summary>Enters what earlier releases wrote, which have no entries: once, and for a day now and then.</summary>
    public async Task EnterOldAsync(bool isRepeated, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var mark = await table.FindAsync(Marks, Entered, cancellationToken);
        if (mark is null ? isRepeated : !isRepeated || now > (DateTimeOffset)mark.Columns[Until])
        {
            return;
        }

        await foreach (var document in table.QueryAsync(
            new() { Where = RunFilter.Open, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var batch = BatchStore.FromDocument(document);
            await EnterAsync(new(batch.Id), batch.CancelRequestedAt is not null, cancellationToken);
        }

        if (mark is null)
        {
            await table.UpsertAsync(new(Marks, Entered, "{}") { Columns = ImmutableDictionary<string, object>.Empty.Add(Until, now + Overlap) },
                cancellationToken);
        }
    }

    private static string RowOf(RunId batch, bool isCanceled) => $"{(isCanceled ? Canceled : Feeding)}{RunKeys.Row(batch)}";
}

/// <summary>A batch that is not done, or was not a moment ago.</summary>
public readonly record struct OpenBatch(RunId Id, bool IsCanceled);
