namespace ComfyFunc.Engine.Pool;

/// <summary>Who has had how much of the pool: what clients hold now, and what they had of late.</summary>
internal sealed class Shares
{
    private readonly Dictionary<string, double> used = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Client, int Priority), DateTimeOffset> servedAt = [];

    public Shares(IEnumerable<PoolHost> pool, DateTimeOffset now)
    {
        foreach (var host in pool)
        {
            foreach (var service in host.Services)
            {
                Add(service.Client, service.Priority, service.SecondsAt(now), service.At);
            }

            foreach (var slot in host.Leases)
            {
                Add(slot.Client, slot.Priority, slot.ExpectedSeconds, slot.At);
            }
        }
    }

    /// <summary>Seconds of GPU time, had or promised.</summary>
    public double Of(string client) => used.GetValueOrDefault(client);

    /// <summary>When a run of this client and priority last got, held or gave back a slot.</summary>
    public DateTimeOffset ServedAt(string client, int priority) => servedAt.GetValueOrDefault((client, priority), DateTimeOffset.MinValue);

    public void Add(string client, int priority, double seconds, DateTimeOffset at)
    {
        used[client] = used.GetValueOrDefault(client) + seconds;
        servedAt[(client, priority)] = at > ServedAt(client, priority) ? at : ServedAt(client, priority);
    }
}
