using System.Collections.Concurrent;
using System.Collections.Frozen;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>The prompts that this process has an eye on: whose they are, whether they have begun, and where they are when asked.</summary>
public sealed class PromptWatch(HostStore hosts, HostConnections connections, ProgressBoard progress,
    SocketPictures pictures, TimeProvider clock)
{
    private readonly ConcurrentDictionary<PromptId, Watched> watched = new();

    // Those that were submitted here: their events come here, and nowhere else.
    private readonly ConcurrentDictionary<RunId, Watched> own = new();

    public Lease? LeaseOf(PromptId? prompt) => prompt is { } id && watched.TryGetValue(id, out var w) ? w.Lease : null;

    public int Count => watched.Count;

    public IEnumerable<Lease> On(HostId host) => watched.Values.Select(w => w.Lease).Where(l => l.Host == host);

    /// <summary>
    /// Whether the prompt was executing as far as is known: seen so, or the first in line on its host. A host that dies of a prompt often
    /// takes the news of its beginning with it.
    /// </summary>
    public bool HasBegun(Lease lease) => (watched.TryGetValue(lease.Prompt, out var w) && w.HasBegun) || IsFirstInLine(lease);

    /// <param name="pictureNodes">The nodes whose pictures on the socket are results.</param>
    /// <param name="loaders">The nodes that read model files.</param>
    public void Watch(Lease lease, int nodes, IReadOnlySet<string>? pictureNodes = null, IReadOnlySet<string>? loaders = null)
    {
        var mine = new Watched(lease, pictureNodes, clock.GetUtcNow()) { Loading = new(loaders ?? FrozenSet<string>.Empty) };
        own[lease.Run] = watched.AddOrUpdate(lease.Prompt, mine, (_, known) => known.IsAdopted ? mine : known);
        connections.Find(lease.Host)?.Listener.Watch(lease.Prompt, nodes, pictureNodes);
    }

    /// <summary>The host's connection is new: it has to be told what is watched there.</summary>
    public void WatchAgain(HostId host)
    {
        foreach (var known in watched.Values.Where(w => w.Lease.Host == host))
        {
            connections.Find(host)?.Listener.Watch(known.Lease.Prompt, nodesTotal: 0, known.PictureNodes);
        }
    }

    /// <summary>Lets go of prompts whose slots have been given back, whichever process ended their runs.</summary>
    /// <param name="asOf">When the hosts' rows were asked for: a younger watch may be of a slot that they do not show yet.</param>
    public void ForgetReleased(DateTimeOffset asOf)
    {
        foreach (var lease in watched.Values.Where(w => w.Since < asOf && hosts.Find(w.Lease.Host)?.Holds(w.Lease) is not true)
            .Select(w => w.Lease).ToArray())
        {
            Forget(lease);
        }
    }

    /// <summary>Notes that the prompt's end is passed on.</summary>
    /// <returns>Whether nobody has to be asked first: it was submitted here, and is told for the first time.</returns>
    public bool TellEnd(PromptId prompt) => watched.TryGetValue(prompt, out var w) && w.TellEnd();

    /// <summary>For how long nodes executed that read model files; <see langword="null"/> of a prompt whose events go elsewhere.</summary>
    public TimeSpan? LoadTimeOf(PromptId prompt) => watched.TryGetValue(prompt, out var w) ? w.Loading?.Until(clock.GetUtcNow()) : null;

    /// <summary>Whether this process submitted the run's prompt and has not passed on yet that it ended.</summary>
    public bool IsUnderWay(RunId run) => own.TryGetValue(run, out var w) && !w.HasToldEnd;

    /// <summary>Whether results of the prompt come over the socket, as far as this process has submitted it.</summary>
    public bool AwaitsPictures(PromptId prompt) => watched.TryGetValue(prompt, out var w) && w.PictureNodes?.Count > 0;

    /// <summary>Whether this process submitted the prompt and so gets its events, until its slot has been given back.</summary>
    public bool IsOwn(PromptId prompt) => watched.TryGetValue(prompt, out var w) && !w.IsAdopted;

    public void Forget(Lease lease)
    {
        if (watched.TryRemove(lease.Prompt, out var w))
        {
            own.TryRemove(KeyValuePair.Create(lease.Run, w));
        }

        progress.Clear(lease);
        pictures.Forget(lease);
        connections.Find(lease.Host)?.Listener.Unwatch(lease.Prompt);
    }

    /// <returns>The lease of a prompt that has begun just now, if its run does not know that yet.</returns>
    public Lease? Progressed(PromptId prompt, PromptProgress news)
    {
        if (!watched.TryGetValue(prompt, out var w))
        {
            return null;
        }

        w.HasBegun = true;
        w.Loading?.Heard(news.Node, clock.GetUtcNow());
        progress.Set(w.Lease, news);
        if (!watched.ContainsKey(prompt))
        {
            progress.Clear(w.Lease); // It was let go of in between, and nobody would do so again.
        }

        return w.Tell() ? w.Lease : null;
    }

    /// <summary>The host's queue says that it has taken the prompt; that it gets on with it is not said.</summary>
    /// <returns>The prompt's lease, if its run does not know that yet.</returns>
    public Lease? Taken(PromptId prompt) => watched.TryGetValue(prompt, out var w) && w.Tell() ? w.Lease : null;

    /// <summary>The run takes it that its prompt executes; it need not be told when it begins.</summary>
    public void TakenToHaveBegun(Lease lease)
    {
        if (watched.TryGetValue(lease.Prompt, out var w))
        {
            w.Tell();
        }
    }

    /// <summary>Asks the host where the prompt is, and has an eye on it from then on.</summary>
    public async Task<RunEvent> InspectAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (connections.Find(lease.Host) is not { } host)
        {
            return new RunEvent.Gone(lease.Attempt, HasBegun(lease), clock.GetUtcNow());
        }

        WatchAnew(lease, host);

        var where = await host.Client.FindAsync(lease.Prompt, cancellationToken);
        if (where is Whereabouts.Executing && watched.TryGetValue(lease.Prompt, out var w))
        {
            w.HasBegun = true;
        }

        return EventOf(where, lease);
    }

    /// <summary>
    /// Takes the prompt off its host by its id, and asks where it is then: an answered interrupt has stopped nothing yet.
    /// </summary>
    public async Task<RunEvent> StopAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (connections.Find(lease.Host) is not { } host)
        {
            return new RunEvent.Gone(lease.Attempt, WasExecuting: false, clock.GetUtcNow());
        }

        WatchAnew(lease, host);

        await host.Client.CancelAsync(lease.Prompt, cancellationToken);
        return EventOf(await host.Client.FindAsync(lease.Prompt, cancellationToken), lease);
    }

    /// <summary>Takes the prompt off a host that was given up, as well as that goes.</summary>
    /// <returns>Whether the host answered.</returns>
    public async Task<bool> TakeOffAsync(HostId host, PromptId prompt, CancellationToken cancellationToken) =>
        connections.Find(host) is { } connection && await connection.Client.CancelAsync(prompt, cancellationToken);

    public async Task FreeMemoryAsync(HostId host, CancellationToken cancellationToken)
    {
        if (connections.Find(host) is { } connection)
        {
            await connection.Client.FreeAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Has an eye on a prompt that another process submitted: its events go to that one's socket, so only looking finds its end.
    /// </summary>
    public void Adopt(Lease lease)
    {
        if (connections.Find(lease.Host) is { } host)
        {
            WatchAnew(lease, host);
        }
    }

    private void WatchAnew(Lease lease, HostConnection host)
    {
        if (watched.TryAdd(lease.Prompt, new Watched(lease, null, clock.GetUtcNow(), isAdopted: true)))
        {
            host.Listener.Watch(lease.Prompt, nodesTotal: 0);
            host.Listener.LookNow();
        }
    }

    /// <summary>Whether nothing is before it on its host, neither of ours nor of others.</summary>
    public bool IsFirstInLine(Lease lease) =>
        hosts.Find(lease.Host) is { Foreign: null, Leases: [{ FirstAt: not null } first, ..] } && first.On(lease.Host) == lease;

    private RunEvent EventOf(Whereabouts where, Lease lease) => where switch
    {
        Whereabouts.Executing => new RunEvent.StillThere(lease.Attempt, clock.GetUtcNow()),
        Whereabouts.Pending => new RunEvent.StillThere(lease.Attempt, clock.GetUtcNow(), IsQueued: true),
        Whereabouts.Ended => new RunEvent.EndedThere(lease.Attempt, clock.GetUtcNow()),
        Whereabouts.Nowhere =>
            new RunEvent.Gone(lease.Attempt, HasBegun(lease), clock.GetUtcNow(),
                HostStayed: connections.Find(lease.Host)?.Listener.HasStayed(lease.Prompt) ?? false),
        _ => new RunEvent.NoAnswer(lease.Attempt, clock.GetUtcNow(), HasBegun(lease)), // Whereabouts is closed.
    };

    private sealed class Watched(Lease lease, IReadOnlySet<string>? pictureNodes, DateTimeOffset since, bool isAdopted = false)
    {
        public DateTimeOffset Since { get; } = since;

        public Lease Lease { get; } = lease;

        public IReadOnlySet<string>? PictureNodes { get; } = pictureNodes;

        public bool IsAdopted => isAdopted;

        public bool HasBegun { get; set; }

        public LoadTime? Loading { get; init; }

        /// <returns>Whether its run had not been told before that it has begun.</returns>
        public bool Tell() => Interlocked.Exchange(ref told, 1) == 0;

        public bool HasToldEnd => Volatile.Read(ref toldEnd) == 1;

        public bool TellEnd() => Interlocked.Exchange(ref toldEnd, 1) == 0 && !isAdopted;

        private int told;
        private int toldEnd;
    }
}
