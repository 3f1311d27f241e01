using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Telemetry;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// The Hosts table: one row a host, leases included, changed only over the version that was read. So a slot is never sold twice, however
/// many processes sell. Within this process changes of a row take turns, which makes conflicts rare.
/// </summary>
public sealed class HostStore(IDocumentTables tables, Instruments? instruments = null)
{
    private const string Partition = "host";

    private readonly IDocumentTable table = tables["hosts"];
    private readonly ConcurrentDictionary<HostId, Entry> entries = new();
    private readonly int spin = Random.Shared.Next();
    private int members; // How often a host came or went.
    private volatile Orders? orders;
    private readonly Counter<long>? quarantines = instruments?.Counter<long>(Metric.Quarantines);

    /// <summary>The pool as this process knows it: as old as the last refresh, and exact for what was changed here.</summary>
    public ImmutableArray<PoolHost> Known => InOrder(Ordered().ById);

    /// <summary>
    /// The same in an order of this process's own, where the pool is large and others lend too: of hosts that are equal each process begins
    /// with another, or all would want the same slot and all but one write in vain.
    /// </summary>
    public ImmutableArray<PoolHost> Spread =>
        Ordered() is var order && tables.AreShared && order.Own.Length >= Scheduler.LargePool ? InOrder(order.Own) : InOrder(order.ById);

    public PoolHost? Find(HostId id) => entries.TryGetValue(id, out var entry) ? entry.Host : null;

    public async Task<ImmutableArray<PoolHost>> RefreshAsync(CancellationToken cancellationToken)
    {
        var changes = entries.ToDictionary(e => e.Key, e => e.Value.Changes);
        var seen = new HashSet<HostId>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var host = StoredJson.Read<PoolHost>(document.Json);
            seen.Add(host.Id);

            // What was read or written here since the query began is newer than its answer.
            await WithTurn(host.Id,
                entry => Task.FromResult(entry.Changes == changes.GetValueOrDefault(host.Id) ? entry.Take(host, document.ETag)
                    : entry.Host), cancellationToken);
        }

        foreach (var gone in entries.Keys.Where(id => !seen.Contains(id)))
        {
            Forget(gone);
        }

        return Known;
    }

    /// <summary>Writes a host that may be new. <paramref name="change"/> gets the row as it is, or <see langword="null"/>.</summary>
    public Task<PoolHost> PutAsync(HostId id, Func<PoolHost?, PoolHost> change, CancellationToken cancellationToken) =>
        WithTurn(id, async entry => (await ChangeAsync(id, entry, host => change(host), asksAgain: true, cancellationToken))!,
            cancellationToken);

    /// <summary>
    /// Changes a host's row over whatever others write meanwhile. A change that answers <see langword="null"/>, or the row as it was,
    /// writes nothing; it is asked a second time if the row may have been out of date.
    /// </summary>
    /// <returns>The row as it is now when the change was made; <see langword="null"/> when there is no such host or the change
    /// declined.</returns>
    public Task<PoolHost?> UpdateAsync(HostId id, Func<PoolHost, PoolHost?> change, CancellationToken cancellationToken) =>
        WithTurn(id, entry => ChangeAsync(id, entry, host => host is null ? null : change(host), asksAgain: true, cancellationToken),
            cancellationToken);

    /// <summary>The same for a change that was made up over <see cref="Known"/>: if it declines, no row is read to ask again.</summary>
    public Task<PoolHost?> UpdateKnownAsync(HostId id, Func<PoolHost, PoolHost?> change, CancellationToken cancellationToken) =>
        WithTurn(id, entry => ChangeAsync(id, entry, host => host is null ? null : change(host), asksAgain: false, cancellationToken),
            cancellationToken);

    public async Task<bool> DeleteAsync(HostId id, CancellationToken cancellationToken)
    {
        Forget(id);
        return await table.DeleteAsync(Partition, TableKey.Escape(id.Value), etag: null, cancellationToken);
    }

    private static ImmutableArray<PoolHost> InOrder(Entry[] ordered) => [.. ordered.Select(e => e.Host).OfType<PoolHost>()];

    // Hosts change all the time, and come and go rarely.
    private Orders Ordered()
    {
        var now = Volatile.Read(ref members);
        if (orders is { } known && known.Members == now)
        {
            return known;
        }

        var all = entries.ToArray();
        return orders = new(now, [.. all.OrderBy(e => e.Key.Value, StringComparer.Ordinal).Select(e => e.Value)],
            [.. all.OrderBy(e => HashCode.Combine(e.Key, spin)).Select(e => e.Value)]);
    }

    private void Forget(HostId id)
    {
        entries.TryRemove(id, out _);
        Interlocked.Increment(ref members);
    }

    private async Task<PoolHost?> ChangeAsync(HostId id, Entry entry, Func<PoolHost?, PoolHost?> change, bool asksAgain,
        CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"the host '{id}'");
        while (true)
        {
            var isCached = entry.IsKnown;
            if (!isCached)
            {
                await ReadAsync(id, entry, cancellationToken);
            }

            var changed = change(entry.Host);
            if (changed is not null && changed != entry.Host)
            {
                if (await WriteAsync(changed, entry, cancellationToken) is WriteReply.Written written)
                {
                    CountQuarantine(entry.Host, changed);
                    return entry.Take(changed, written.ETag);
                }

                tries.Lost();
            }
            else if (!isCached || !asksAgain)
            {
                return changed;
            }

            entry.Forget();
        }
    }

    private void CountQuarantine(PoolHost? before, PoolHost after)
    {
        if (after.Status is HostStatus.Quarantined && before?.Status is not HostStatus.Quarantined)
        {
            quarantines?.Add(1, new KeyValuePair<string, object?>(Attribute.Host, after.Id.Value));
        }
    }

    private async Task ReadAsync(HostId id, Entry entry, CancellationToken cancellationToken)
    {
        var document = await table.FindAsync(Partition, TableKey.Escape(id.Value), cancellationToken);
        entry.Take(document is null ? null : StoredJson.Read<PoolHost>(document.Json), document?.ETag ?? "");
    }

    private Task<WriteReply> WriteAsync(PoolHost host, Entry entry, CancellationToken cancellationToken)
    {
        var document = new Document(Partition, TableKey.Escape(host.Id.Value), StoredJson.Write(host)) { ETag = entry.ETag };
        return entry.Host is null ? table.InsertAsync(document, cancellationToken) : table.ReplaceAsync(document, cancellationToken);
    }

    private async Task<T> WithTurn<T>(HostId id, Func<Entry, Task<T>> act, CancellationToken cancellationToken)
    {
        if (!entries.TryGetValue(id, out var entry))
        {
            entry = entries.GetOrAdd(id, _ => new Entry());
            Interlocked.Increment(ref members);
        }

        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            return await act(entry);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    private sealed record Orders(int Members, Entry[] ById, Entry[] Own);

    // Never disposed: hosts are few, and somebody may still be waiting for a turn at one that was deleted.
    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public PoolHost? Host { get; private set; }

        public string ETag { get; private set; } = "";

        /// <summary>Whether a change may be tried over the row without reading it first.</summary>
        public bool IsKnown { get; private set; }

        /// <summary>How often a row was taken over from storage, or written.</summary>
        public int Changes { get; private set; }

        public PoolHost? Take(PoolHost? host, string etag)
        {
            (Host, ETag, IsKnown, Changes) = (host, etag, host is not null, Changes + 1);
            return host;
        }

        /// <summary>The row may have changed. Until it is read again it is the best that is known.</summary>
        public void Forget() => IsKnown = false;
    }
}
