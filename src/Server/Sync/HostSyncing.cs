using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Sync;

/// <summary>Brings a host's list of workflows in step with what is published, whoever else does the same.</summary>
public sealed partial class HostSyncing(PublishedGraphs published, HostStore hosts, HostConnections connections, HostSyncStore store,
    ComfyFuncOptions options, TimeProvider clock, ILogger<HostSyncing> logger)
{
    private const int HostsAtOnce = 4;
    private const int FilesAtOnce = 4;
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    // One at a time goes over a host, so that no more than so many requests are ever under way there.
    private readonly ConcurrentDictionary<HostId, SemaphoreSlim> turns = new();

    /// <summary>Whether the host is given workflows now: it is to have them, and it is not known to be away.</summary>
    public bool IsWanted(PoolHost host) =>
        options.SyncWorkflows && host is { SyncsWorkflows: true, Status: not HostStatus.Offline } && connections.Find(host.Id) is not null;

    /// <summary>Goes over every host.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var since = published.Moment();
        await FewAtOnce.ForEachAsync(hosts.Known.Where(IsWanted), HostsAtOnce, host => SyncAsync(host.Id, null, since, cancellationToken));
        await store.ForgetAsync(id => hosts.Find(id) is not null, clock.GetUtcNow() - Remembered, cancellationToken);
    }

    /// <summary>Goes over some workflows on one host, or over all of them.</summary>
    /// <param name="since">When that was asked for: what was published before is not missed.</param>
    public async Task<SyncReply> SyncAsync(HostId host, ImmutableHashSet<string>? names, long since, CancellationToken cancellationToken)
    {
        var turn = turns.GetOrAdd(host, _ => new(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await GoOverAsync(host, names, since, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<SyncReply> GoOverAsync(HostId host, ImmutableHashSet<string>? names, long since,
        CancellationToken cancellationToken)
    {
        var known = await store.FindAsync(host, cancellationToken);
        var wanted = await WantedAsync(known, names, since, cancellationToken);
        if (wanted.Count == 0 || connections.Find(host)?.Client is not { } client)
        {
            return SyncReply.Done;
        }

        IReadOnlyDictionary<string, string>? stamps = null;
        if (names is null)
        {
            switch (await client.ListUserFilesAsync(SyncNames.Folder, cancellationToken))
            {
                case UserFolderReply.Listed listed:
                    stamps = listed.Stamps;
                    break;
                case UserFolderReply.Refused refused:
                    return await NoteAsync(known, [], refused.Detail, SyncReply.Refused, cancellationToken);
                case UserFolderReply.NoAnswer none:
                    return await NoteAsync(known, [], none.Detail, SyncReply.Failed, cancellationToken);
            }
        }

        var pass = new SyncPass(client, host, known, stamps, published, clock);
        await GoOverAsync(pass, wanted.Where(w => w.Newest is null), cancellationToken); // A file system may take A.json for a.json.
        await GoOverAsync(pass, wanted.Where(w => w.Newest is not null), cancellationToken);
        foreach (var (workflow, copy) in pass.Kept)
        {
            EditedFileKept(workflow, host, copy);
        }

        return await NoteAsync(known, pass.Files, pass.Failure, pass.Reply, cancellationToken);
    }

    private static Task GoOverAsync(SyncPass pass, IEnumerable<(string Workflow, int? Newest)> files,
        CancellationToken cancellationToken) =>
        FewAtOnce.ForEachAsync(files, FilesAtOnce, file => pass.GoOverAsync(file.Workflow, file.Newest, cancellationToken));

    /// <summary>The files that may have to change, with the version that is newest now; none for what is deleted.</summary>
    private async Task<List<(string Workflow, int? Newest)>> WantedAsync(HostSync known, ImmutableHashSet<string>? names, long since,
        CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, WorkflowRow>(StringComparer.Ordinal);
        foreach (var row in names is null ? await published.ListAsync(since, cancellationToken) : await SomeAsync(names, cancellationToken))
        {
            rows[row.Name] = row;
        }

        var gone = known.Files.Where(f => f.Value.Pushed is not null && !rows.ContainsKey(f.Key) && Covers(names, f.Key))
            .Select(f => (f.Key, (int?)null));
        var there = rows.Values.Where(r => r.Latest.Graph is not null).Select(r => (r.Name, (int?)r.Latest.Version));
        return [.. gone, .. there];
    }

    private async Task<IEnumerable<WorkflowRow>> SomeAsync(ImmutableHashSet<string> names, CancellationToken cancellationToken)
    {
        var rows = new List<WorkflowRow>();
        foreach (var name in names)
        {
            if (await published.FindAsync(name, cancellationToken) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private static bool Covers(ImmutableHashSet<string>? names, string name) =>
        names?.Any(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? true;

    private async Task<SyncReply> NoteAsync(HostSync known, IReadOnlyCollection<KeyValuePair<string, PushedFile?>> files, string? failure,
        SyncReply reply, CancellationToken cancellationToken)
    {
        if (files.Count > 0 || failure != known.Failure)
        {
            await store.UpdateAsync(known.Host, row => row.After(files, failure, clock.GetUtcNow()), cancellationToken);
        }

        return reply;
    }

    [LoggerMessage(EventIds.EditedFileKept, LogLevel.Information,
        "The file of workflow {Workflow} on host {HostId} had been edited there; it was kept as {KeptAs}.")]
    private partial void EditedFileKept(string workflow, HostId hostId, string keptAs);
}

/// <summary>What became of going over a host.</summary>
public enum SyncReply
{
    Done,

    /// <summary>It is to be tried again soon.</summary>
    Failed,

    /// <summary>The host answers, and will not have files: only a change of it helps.</summary>
    Refused,
}
