using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Following;

/// <summary>
/// Who is followed from processes that do not listen to its host: told to those that do, so that they say how far it is. A hint: who cannot
/// leave it only sees less.
/// </summary>
public sealed partial class RunFollowers(IDocumentTables tables, TimeProvider clock, ILogger<RunFollowers> logger)
{
    private const string Partition = "follow";

    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly IDocumentTable table = tables["follows"];
    private readonly RepeatedFailures failures = new(clock);
    private readonly ConcurrentDictionary<string, DateTimeOffset> marked = new();

    /// <summary>Somebody here follows the run. Written again only every few seconds.</summary>
    /// <param name="previews">Whether pictures of its work are wanted as well.</param>
    public async Task MarkAsync(RunId run, bool previews, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var row = RowOf(run, previews);
        if (marked.TryGetValue(row, out var known) && known - now > Validity - Renewal)
        {
            return;
        }

        foreach (var old in marked.Where(m => m.Value < now).Select(m => m.Key))
        {
            marked.TryRemove(old, out _);
        }

        marked[row] = now + Validity;
        try
        {
            await table.UpsertAsync(
                new Document(Partition, row, StoredJson.Write(new Follow(run, now + Validity, previews))), cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            marked.TryRemove(row, out _);
            if (failures.IsToBeSaid(nameof(NotMarked), out var unsaid))
            {
                NotMarked(run, e.GetBaseException().Message, unsaid);
            }
        }
    }

    /// <summary>The runs that are followed, and whether with pictures.</summary>
    public async Task<ImmutableDictionary<RunId, bool>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var followed = ImmutableDictionary.CreateBuilder<RunId, bool>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var follow = StoredJson.Read<Follow>(document.Json);
            if (follow.Until >= now)
            {
                followed[follow.Run] = follow.Previews || followed.GetValueOrDefault(follow.Run);
            }
            else if (now - follow.Until > Kept)
            {
                await table.DeleteAsync(Partition, document.Row, document.ETag, cancellationToken);
            }
        }

        return followed.ToImmutable();
    }

    // A row for each wish: who only asks how far a run is must not take the pictures from one who follows it in another process.
    private static string RowOf(RunId run, bool previews) => previews ? $"{run}-previews" : run.Value;

    internal sealed record Follow(RunId Run, DateTimeOffset Until, bool Previews);

    [LoggerMessage(EventIds.NotMarked, LogLevel.Warning,
        "That run {RunId} is followed here could not be noted; its progress may be seen late. {Reason} "
        + "Not said since the last time: {Unsaid}.")]
    private partial void NotMarked(RunId runId, string reason, int unsaid);
}
