using System.Collections.Concurrent;
using System.Collections.Immutable;
using BitFaster.Caching.Lru;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>This process's connections to the pool: a client and a listener for each host, and which files it has staged there.</summary>
public sealed class HostConnections(ComfyClients clients, IHostListeners listeners, HostDoors doors) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<HostId, HostConnection> connections = new();

    public HostConnection? Find(HostId host) => connections.TryGetValue(host, out var connection) ? connection : null;

    /// <summary>The hosts that this process listens to.</summary>
    public ImmutableArray<string> Listening =>
        [.. connections.Where(c => c.Value.IsListening).Select(c => c.Key.Value).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Connects to every host of the pool that has no connection yet, or has moved or changed its door, and lets go of those that left. A
    /// host whose door cannot be read gets none.
    /// </summary>
    /// <param name="listens">Whether to listen to them as well: only a process that can pass on what it hears does.</param>
    public async Task FollowAsync(ImmutableArray<PoolHost> pool, IHostObserver observer, bool listens, CancellationToken cancellationToken)
    {
        foreach (var (id, connection) in connections)
        {
            if (pool.All(h => h.Id != id || h.Url != connection.Url || h.Door != connection.Door) && connections.TryRemove(id, out _))
            {
                await connection.DisposeAsync();
            }
        }

        foreach (var host in pool.Where(h => !connections.ContainsKey(h.Id)))
        {
            if (await doors.AddressOfAsync(host, cancellationToken) is not { } address)
            {
                continue;
            }

            var client = clients.For(address);
            var listener = listeners.For(host.Id, address, client, observer);
            if (!connections.TryAdd(host.Id, new HostConnection(host.Url, host.Door, client, listener)))
            {
                await listener.DisposeAsync();
            }
        }

        foreach (var host in pool)
        {
            Find(host.Id)?.Follow(host, listens);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections.Values)
        {
            await connection.DisposeAsync();
        }

        connections.Clear();
    }
}

/// <summary>One host as this process reaches it.</summary>
public sealed class HostConnection(Uri url, string? door, ComfyClient client, IHostListener listener) : IAsyncDisposable
{
    // Each call may bring files that no other has: of those that were not needed for long, the host is asked to take them again.
    private const int MostStaged = 20_000;

    private readonly ConcurrentLru<string, bool> staged = new(MostStaged);

    public Uri Url => url;

    /// <summary>Sealed, as the host's row has it.</summary>
    public string? Door => door;

    public ComfyClient Client => client;

    public IHostListener Listener => listener;

    public bool IsListening { get; private set; }

    /// <summary>Takes over what the host's row says, and begins to listen if that is wanted. To be called by one at a time.</summary>
    public void Follow(PoolHost host, bool listens)
    {
        listener.IsBusy = !host.Leases.IsEmpty;
        if (listens && !IsListening)
        {
            IsListening = true;
            listener.Start();
        }
    }

    /// <summary>Whether a file, named by its content, is known to be on the host.</summary>
    public bool HasStaged(string hostName) => staged.TryGet(hostName, out _);

    public void Staged(string hostName) => staged.AddOrUpdate(hostName, true);

    /// <summary>The host says that it does not have it.</summary>
    public void ForgetStaged(IEnumerable<string> hostNames)
    {
        foreach (var name in hostNames)
        {
            staged.TryRemove(name);
        }
    }

    /// <summary>A host that was away may have come back with empty folders.</summary>
    public void ForgetStaged() => staged.Clear();

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
