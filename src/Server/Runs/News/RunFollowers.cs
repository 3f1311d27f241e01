using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Storage;

namespace ComfyFunc.Runs;

/// <summary>Who is followed from processes that do not listen to its host: told to those that do, so that they say how far it is.</summary>
public sealed class RunFollowers(IDocumentTables tables, TimeProvider clock)
{
    private const string Partition = "follow";

    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly IDocumentTable table = tables["follows"];
    private readonly ConcurrentDictionary<RunId, Follow> marked = new();

    /// <summary>Somebody here follows the run. Written again only every few seconds.</summary>
    /// <param name="previews">Whether pictures of its work are wanted as well.</param>
    public async Task MarkAsync(RunId run, bool previews, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (marked.TryGetValue(run, out var known) && known.Until - now > Validity - Renewal && (known.Previews || !previews))
        {
            return;
        }

        foreach (var old in marked.Where(m => m.Value.Until < now).Select(m => m.Key))
        {
            marked.TryRemove(old, out _);
        }

        var follow = new Follow(now + Validity, previews || known is { Previews: true } && known.Until > now);
        marked[run] = follow;
        await table.UpsertAsync(new Document(Partition, run.Value, ServerJson.Write(follow)), cancellationToken);
    }

    /// <summary>The runs that are followed, and whether with pictures.</summary>
    public async Task<ImmutableDictionary<RunId, bool>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var followed = ImmutableDictionary.CreateBuilder<RunId, bool>();
        await foreach (var document in table.QueryAsync(new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var follow = ServerJson.Read<Follow>(document.Json);
            if (follow.Until >= now)
            {
                followed[new(document.Row)] = follow.Previews;
            }
            else if (now - follow.Until > Kept)
            {
                await table.DeleteAsync(Partition, document.Row, document.ETag, cancellationToken);
            }
        }

        return followed.ToImmutable();
    }

    private sealed record Follow(DateTimeOffset Until, bool Previews);
}
