using System.Collections.Immutable;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;
using static ComfyFunc.Server.Pool.SyncedWorkflowView;

namespace ComfyFunc.Server.Sync;

/// <summary>Shows how far hosts are in step.</summary>
public sealed class SyncStates(PublishedGraphs published, HostSyncStore store, ComfyFuncOptions options) : IHostSync
{
    public bool IsOn(PoolHost host) => options.SyncWorkflows && host.SyncsWorkflows;

    public async Task<HostSyncView> ShowAsync(PoolHost host, CancellationToken cancellationToken)
    {
        if (!IsOn(host))
        {
            return new() { On = false };
        }

        var known = await store.FindAsync(host.Id, cancellationToken);
        var shown = ImmutableSortedDictionary.CreateBuilder<string, SyncedWorkflowView>(StringComparer.Ordinal);
        foreach (var row in await published.AllAsync(cancellationToken))
        {
            shown[row.Name] = Show(row.Latest, known.Files.GetValueOrDefault(row.Name), WhyNot(host, known));
        }

        foreach (var (name, file) in known.Files.Where(f => f.Value.Pushed is not null && !shown.ContainsKey(f.Key)))
        {
            shown[name] = ShowDeleted(file, WhyNot(host, known));
        }

        return new() { On = true, Workflows = shown.ToImmutable() };
    }

    private static SyncedWorkflowView Show(WorkflowVersion version, PushedFile? file, string? whyNot)
    {
        var shown = new SyncedWorkflowView { Version = version.Version, State = Pending, At = version.CreatedAt, KeptAs = file?.KeptAs };
        return version.Graph is null
            ? shown with { State = NoGraph, Reason = "It was saved as a prompt alone: there is no graph to open in the editor." }
            : file?.Failure is { } failure ? shown with { State = Failed, Reason = failure, At = file.At }
            : file?.Pushed?.Version == version.Version ? shown with { State = Current, At = file.At }
            : whyNot is not null ? shown with { State = Failed, Reason = whyNot }
            : shown;
    }

    private static SyncedWorkflowView ShowDeleted(PushedFile file, string? whyNot) => new()
    {
        Version = file.Pushed!.Version, // Only what was pushed is asked for.
        State = (file.Failure ?? whyNot) is null ? Pending : Failed,
        Reason = file.Failure ?? whyNot ?? "It is deleted: its file is to go.",
        At = file.At,
        KeptAs = file.KeptAs,
    };

    private static string? WhyNot(PoolHost host, HostSync known) =>
        host.Status is HostStatus.Offline ? host.Reason ?? "It does not answer." : known.Failure;
}
