using System.Collections.Concurrent;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Sync;

namespace ComfyFunc.Server.Sync;

/// <summary>One time that a host's files are gone over, and what came of it. Files may be gone over side by side.</summary>
/// <param name="stamps">The state of each file that lies there; <see langword="null"/> where nobody has looked.</param>
internal sealed class SyncPass(ComfyClient client, HostId host, HostSync known, IReadOnlyDictionary<string, string>? stamps,
    PublishedGraphs published, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, PushedFile?> files = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<(string Workflow, string KeptAs)> kept = [];
    private volatile FileOutcome.Failed? halt;

    /// <summary>What has changed; <see langword="null"/> for what is there no more.</summary>
    public IReadOnlyCollection<KeyValuePair<string, PushedFile?>> Files => files;

    /// <summary>What had been edited on the host, and where it is now.</summary>
    public IReadOnlyCollection<(string Workflow, string KeptAs)> Kept => kept;

    /// <summary>Why nothing more could be done on the host.</summary>
    public string? Failure => halt?.Detail;

    public SyncReply Reply => halt?.Trouble switch
    {
        null => SyncReply.Done,
        FileTrouble.HostAway => SyncReply.Failed,
        _ => SyncReply.Refused,
    };

    /// <param name="newest">The version that was newest when the pass began; <see langword="null"/> for a workflow that is deleted.</param>
    public async Task GoOverAsync(string workflow, int? newest, CancellationToken cancellationToken)
    {
        var before = known.Files.GetValueOrDefault(workflow);
        var stamp = stamps?.GetValueOrDefault(SyncNames.FileOf(workflow));
        if (halt is not null
            || (stamp is not null && before is { Failure: null } && before.Stamp == stamp && before.Pushed?.Version == newest))
        {
            return; // Nobody has touched it since.
        }

        var file = new WorkflowFile(client, host, workflow, ct => NewestAsync(workflow, ct), clock);
        var outcome = await file.BringInStepAsync(before?.Pushed, stamp, cancellationToken);
        if (outcome.KeptAs is { } copy)
        {
            kept.Add((workflow, copy));
        }

        var keptAs = outcome.KeptAs ?? before?.KeptAs;
        switch (outcome)
        {
            case FileOutcome.InStep { Version: null }:
                files[workflow] = null;
                break;
            case FileOutcome.InStep inStep:
                Note(workflow, before, new() { Pushed = inStep.Version, Stamp = inStep.Stamp, KeptAs = keptAs });
                break;
            case FileOutcome.Failed { Trouble: FileTrouble.OfFile } failed:
                Note(workflow, before, (before ?? new()) with { Failure = failed.Detail, KeptAs = keptAs });
                break;
            case FileOutcome.Failed failed:
                halt = failed;
                Note(workflow, before, (before ?? new()) with { KeptAs = keptAs });
                break;
        }
    }

    // A name in another case is another file, and the one in the old case is to go.
    private async Task<Newest> NewestAsync(string workflow, CancellationToken cancellationToken)
    {
        if (await published.FindAsync(workflow, cancellationToken) is not { } row || row.Name != workflow)
        {
            return new(null);
        }

        var graph = await published.OfAsync(row, cancellationToken);
        return new(graph, IsPromptAlone: graph is null);
    }

    private void Note(string workflow, PushedFile? before, PushedFile after)
    {
        if ((before ?? new()) with { At = default } != after with { At = default })
        {
            var isSame = before is not null && before.Pushed == after.Pushed && before.Failure == after.Failure;
            files[workflow] = after with { At = isSame ? before!.At : clock.GetUtcNow() }; // Only then is there one.
        }
    }
}
