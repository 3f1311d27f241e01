using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Secrets;
using Microsoft.Extensions.Primitives;

namespace ComfyFunc.Server.Workflows;

/// <summary>Saves workflows: checked against what the pool's hosts know, idempotent, versioned, and never half.</summary>
public sealed class WorkflowSaving(WorkflowStore workflows, LiveWorkflows live, SourceReader sources, ExtraData extraData, PublishBell bell,
    TimeProvider clock)
{
    public async Task<SaveReply> SaveAsync(string name, SavedDocument document, SaveTerms terms, CancellationToken cancellationToken) =>
        await sources.ReadAsync(document, cancellationToken) switch
        {
            SourceReply.Refused refused => new SaveReply.Refused(refused.Faults),
            SourceReply.Read { Source: var source } => await SaveAsync(name, source, terms, cancellationToken),
            _ => throw new UnreachableException(),
        };

    private async Task<SaveReply> SaveAsync(string name, WorkflowSource source, SaveTerms terms, CancellationToken cancellationToken)
    {
        var catalog = source.Prompt is not { } prompt ? NodeCatalog.Empty
            : await live.CatalogOfAsync(Workflow.ClassesOf(prompt), source.Sent, cancellationToken);
        var envelope = source.Document.Envelope;
        var (demands, demandFaults) = DemandsReader.Read(envelope);
        var (settings, settingFaults) = WorkflowSettings.Read(envelope);
        var extra = ExtraDataReader.OfDocument(envelope);
        var check = source.Check(catalog);
        ImmutableArray<Fault> faults =
        [
            .. EnvelopeCheck.Faults(source.Document), .. demandFaults, .. settingFaults,
            .. extra.Fault is { } fault ? [fault] : Array.Empty<Fault>(), .. (check as WorkflowCheck.Invalid)?.Faults ?? [],
        ];
        if (!faults.IsEmpty || check is not WorkflowCheck.Valid { Workflow: var workflow, Warnings: var warnings })
        {
            // A request that says what nobody reads cannot be read at all, whatever else is wrong with it.
            return new SaveReply.Refused([.. faults.OrderBy(f => f.Code != FaultCode.InvalidRequest)]);
        }

        var graph = source.Document.Graph is { } given ? KeptGraph.Of(given) : null;
        var sealedExtra = await extraData.OfWorkflowAsync(name, extra.Given, cancellationToken);
        var (written, reply) = await workflows.ChangeAsync<SaveReply>(name, async row =>
        {
            var current = row is { DeletedAt: null } ? row : null;
            if (terms.Objection(current?.Latest) is { } objection)
            {
                return (null, Refuse(objection));
            }

            var known = row ?? new WorkflowRow { Name = name };
            var next = new WorkflowVersion(known.Versions.Length + 1, workflow.ContentHash, catalog.Hash, clock.GetUtcNow())
            {
                Demands = demands,
                Settings = settings,
                ExtraData = sealedExtra,
                Graph = graph?.Hash,
            };
            if (current is not null && next.IsSameAs(current.Latest))
            {
                return (null, new SaveReply.Saved(current, (await live.OfAsync(current.Latest, cancellationToken)).Workflow, warnings,
                    [], source, Created: false));
            }

            // Both as the pool is now: what hosts have gained or lost since is no difference between versions.
            var differences = current is null ? []
                : Contract.Compare((await live.OfAsync(current.Latest, cancellationToken)).Workflow.Contract, workflow.Contract);
            if (terms.RefuseBreaking && differences.Any(d => d.IsBreaking))
            {
                return (null, new SaveReply.Refused(
                    [.. differences.Where(d => d.IsBreaking).Select(d => new Fault(FaultCode.BreakingChange, d.Detail, d.Pointer))]));
            }

            var saved = known with { Name = current?.Name ?? name, Versions = known.Versions.Add(next), DeletedAt = null };
            var made = new SaveReply.Saved(saved, workflow, warnings, differences, source, Created: current is null);
            if (terms.ValidateOnly)
            {
                return (null, made);
            }

            await workflows.KeepAsync(workflow, catalog, cancellationToken);
            if (graph is not null)
            {
                await workflows.KeepAsync(graph, cancellationToken);
            }

            return (saved, made);
        }, cancellationToken);
        if (written is not null)
        {
            bell.Ring(written.Name);
        }

        return reply;
    }

    private static SaveReply.Refused Refuse(Fault fault) => new([fault]);
}

/// <summary>What became of a workflow that was to be saved.</summary>
public abstract record SaveReply
{
    private SaveReply() { }

    public sealed record Saved(WorkflowRow Row, Workflow Workflow, ImmutableArray<Warning> Warnings,
        ImmutableArray<ContractDifference> Differences, WorkflowSource Source, bool Created) : SaveReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : SaveReply;
}

/// <summary>
/// On which terms a workflow is saved: the entity tags that the caller named, whether a breaking difference is refused, and whether the
/// caller only wants to know what would be saved.
/// </summary>
public sealed record SaveTerms(StringValues IfMatch = default, StringValues IfNoneMatch = default, bool RefuseBreaking = false,
    bool ValidateOnly = false)
{
    /// <summary>Why these terms forbid to write over this version (<see langword="null"/>: over nothing).</summary>
    public Fault? Objection(WorkflowVersion? latest) =>
        !EntityTags.MeetsIfMatch(IfMatch, latest?.ETag)
            ? new(FaultCode.VersionConflict, latest is null ? "If-Match names a version, but there is no such workflow."
                : $"The workflow is at {latest.ETag} (version {latest.Version}), which If-Match does not name.")
        : !EntityTags.MeetsIfNoneMatch(IfNoneMatch, latest?.ETag)
            ? new(FaultCode.VersionConflict, $"The workflow exists already, at version {latest?.Version}.")
        : null;
}
