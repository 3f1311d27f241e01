using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Pool;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Carries out Collect: reads a prompt's history and copies every output to storage. An artifact is listed only when its blob is there.
/// </summary>
public sealed class Collector(RunPrompts prompts, HostConnections connections, PromptWatch watch, KeptPictures pictures,
    ArtifactCopier copier, RunTraces traces, TimeProvider clock)
{
    public async Task<(RunRecord Run, RunEvent Answer)> CollectAsync(RunRecord run, Lease lease, CancellationToken cancellationToken)
    {
        using var span = traces.Begin("copy", run, lease.Attempt)?.SetTag(Attribute.Host, lease.Host.Value);
        try
        {
            var collected = await ReadAsync(run, lease, cancellationToken);
            RunTraces.Answered(span, collected.Answer);
            return collected;
        }
        catch (Exception e) when (SpanFaults.Passes(span, e))
        {
            throw;
        }
    }

    private async Task<(RunRecord Run, RunEvent Answer)> ReadAsync(RunRecord run, Lease lease, CancellationToken cancellationToken)
    {
        if (connections.Find(lease.Host)?.Client is not { } host)
        {
            return (run, new RunEvent.Gone(lease.Attempt, WasExecuting: false, clock.GetUtcNow()));
        }

        return await host.GetHistoryAsync(lease.Prompt, cancellationToken) switch
        {
            HistoryReply.Found { Entry: var entry } =>
                await CollectAsync(WithTimes(run, lease, entry), lease, host, entry, cancellationToken),
            HistoryReply.None =>
                (run, await watch.InspectAsync(lease, cancellationToken) is var answer
                    and not RunEvent.EndedThere ? answer : new RunEvent.NoAnswer(lease.Attempt, clock.GetUtcNow())),
            HistoryReply.NoAnswer => (run, new RunEvent.NoAnswer(lease.Attempt, clock.GetUtcNow())),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<(RunRecord, RunEvent)> CollectAsync(RunRecord run, Lease lease, ComfyClient host, HistoryEntry entry,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        switch (entry.End)
        {
            case PromptEnd.Failed failed:
                var fault = PromptFaults.Of(failed, await prompts.WorkflowAsync(run, cancellationToken));
                return (run, failed.IsOutOfMemory ? new RunEvent.OutOfMemory(lease.Attempt, fault, now)
                    : new RunEvent.ExecutionFailed(lease.Attempt, fault, now));
            case PromptEnd.Interrupted:
                return (run, new RunEvent.Interrupted(lease.Attempt, now));
            default:
                return await CopyAsync(run, lease, host, entry, cancellationToken);
        }
    }

    private async Task<(RunRecord, RunEvent)> CopyAsync(RunRecord run, Lease lease, ComfyClient host, HistoryEntry entry,
        CancellationToken cancellationToken)
    {
        var workflow = await prompts.WorkflowAsync(run, cancellationToken);
        var (outputs, lack) = await WithPicturesAsync(run, lease, workflow, entry.Outputs, cancellationToken);
        if (lack is not null)
        {
            return (run, lack);
        }

        var copies = OutputPlan.Of(workflow.Outputs, outputs);
        return await copier.CopyAsync(run, lease.Attempt, host, copies, cancellationToken) switch
        {
            CopyReply.Copied copied =>
                (run with { Artifacts = copied.Artifacts, OutputTags = workflow.OutputNames, Cached = entry.FullyCached },
                    new RunEvent.OutputsStored(lease.Attempt, clock.GetUtcNow())),
            CopyReply.Missing missing => (run, new RunEvent.OutputsMissing(lease.Attempt, missing.Detail, clock.GetUtcNow())),
            CopyReply.TooLarge large =>
                (run, new RunEvent.ExecutionFailed(lease.Attempt, new(FaultCode.OutputsUnavailable, large.Detail), clock.GetUtcNow())),
            CopyReply.Unstrippable kept =>
                (run, new RunEvent.ExecutionFailed(lease.Attempt, new(FaultCode.OutputsUnavailable, kept.Detail), clock.GetUtcNow())),
            CopyReply.NoAnswer => (run, new RunEvent.NoAnswer(lease.Attempt, clock.GetUtcNow())),
            _ => throw new UnreachableException(),
        };
    }

    // What a host sends over its socket is in no history. ComfyUI caches no such node, so each that is asked for has sent something.
    private async Task<(ImmutableArray<NodeOutput> Outputs, RunEvent? Lack)> WithPicturesAsync(
        RunRecord run, Lease lease, Workflow workflow, ImmutableArray<NodeOutput> outputs, CancellationToken cancellationToken)
    {
        if (!workflow.Classes.Contains(CompiledPrompt.SocketClass))
        {
            return (outputs, null);
        }

        var (received, hasOverflowed) = await pictures.OfAsync(run.Id, lease.Attempt, cancellationToken);
        if (hasOverflowed)
        {
            var detail = $"It sent more than {SocketPictures.MostPictures} pictures, or more "
                + $"than {SocketPictures.MostBytes >> 20} MiB of them, over the socket; save them with Save Image.";
            return (outputs, new RunEvent.ExecutionFailed(lease.Attempt, new(FaultCode.OutputsUnavailable, detail), clock.GetUtcNow()));
        }

        var prompt = await prompts.CompileAsync(run, Placement.First, cancellationToken);
        if (workflow.Outputs.SelectMany(t => t.Nodes)
            .FirstOrDefault(n => prompt.SocketNodes.Contains(n) && received.All(p => p.Node != n)) is { } missing)
        {
            return (outputs,
                new RunEvent.OutputsMissing(lease.Attempt,
                    $"The pictures of node {missing} come over a socket that was cut, or nobody listened; save them with Save Image.",
                    clock.GetUtcNow()));
        }

        return ([.. outputs, .. received.GroupBy(p => p.Node)
            .Select(g => new NodeOutput(g.Key, null,
                [.. g.Select(p => new OutputPicture(p.Picture.Content, p.Picture.ContentType, "images"))]))], null);
    }

    private static RunRecord WithTimes(RunRecord run, Lease lease, HistoryEntry entry) => run with
    {
        Attempts = [.. run.Attempts.Select(a => a.Number == lease.Attempt ? a with
        {
            ExecutionStartedAt = entry.StartedAt,
            ExecutionEndedAt = entry.EndedAt,
            Loaded = [.. a.Loaders.Where(l => !entry.CachedNodes.Contains(l.Node)).Select(l => l.Model).Distinct(StringComparer.Ordinal)],
        } : a)],
    };
}
