using System.Collections.Frozen;
using System.Diagnostics;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>Brings a run's files and its prompt to the host that it has a slot on, and says what became of it.</summary>
public sealed class Submitter(PromptWatch watch, CatalogWatch catalogs, CacheNodeBook cacheNodes, IBlobStore blobs, TimeProvider clock)
{
    /// <returns>Why the files are not there; <see langword="null"/> when they are.</returns>
    public async Task<RunEvent?> StageAsync(RunRecord run, Lease lease, HostConnection host, CancellationToken cancellationToken)
    {
        foreach (var file in run.Files.Where(f => !host.HasStaged(f.HostName)).DistinctBy(f => f.HostName))
        {
            await using var content = await blobs.OpenReadAsync(file.Blob, cancellationToken)
                ?? throw new InvalidDataException($"The input {file.Blob} is gone.");
            var name = file.HostName[(RunFile.HostFolder.Length + 1)..];
            switch (await host.Client.UploadAsync(RunFile.HostFolder, name, content, file.ContentType, cancellationToken))
            {
                case UploadReply.Stored:
                    host.Staged(file.HostName);
                    break;
                case UploadReply.TooLarge large:
                    return new RunEvent.RefusedHere(new(FaultCode.InputTooLarge, TooLarge(lease.Host, file, large.Limit)),
                        lease, clock.GetUtcNow());
                case UploadReply.Refused refused:
                    return new RunEvent.RefusedHere(
                        new(FaultCode.InvalidInput, $"Host '{lease.Host}' refused an input file with status {refused.Status}."),
                        lease, clock.GetUtcNow());
                default:
                    return new RunEvent.HostFailed(lease, clock.GetUtcNow());
            }
        }

        return null;
    }

    /// <param name="isFresh">Whether the slot was lent a moment ago, which alone proves that nothing has been posted under this id.</param>
    public async Task<RunEvent> SubmitAsync(Submission submission, bool isFresh, HostConnection host, CancellationToken cancellationToken)
    {
        var lease = submission.Lease;
        var client = await host.Listener.ConnectedAsync(cancellationToken);
        if (!isFresh && await host.Client.FindAsync(lease.Prompt, cancellationToken) is var found and not Whereabouts.Nowhere)
        {
            if (found is Whereabouts.NoAnswer)
            {
                return Failed(lease);
            }

            watch.Adopt(lease); // Unless it was this process, its events go elsewhere.
            return Placed(submission);
        }

        watch.Watch(lease, submission.Prompt.NodeCount, submission.Prompt.SocketNodes, submission.Prompt.Loaders.Select(l => l.Node)
            .ToFrozenSet(StringComparer.Ordinal));
        var reply = await PostAsync(submission, client, host, cancellationToken);
        if (reply is SubmitReply.Rejected rejected
            && StagedFiles.In(rejected.Nodes, submission.Run.Files.Select(f => f.HostName)) is { Length: > 0 } lost)
        {
            // Input folders are emptied by hand and by cron: what the host says it lacks is staged once more.
            host.ForgetStaged(lost);
            if (await StageAsync(submission.Run, lease, host, cancellationToken) is { } failure)
            {
                watch.Forget(lease);
                return failure;
            }

            reply = await PostAsync(submission, client, host, cancellationToken);
        }

        return reply switch
        {
            SubmitReply.Accepted => Placed(submission),
            SubmitReply.Rejected r => Refused(lease, PromptFaults.Of(r, submission.Prompt), Refusals.KindOf(r)),
            SubmitReply.AcceptedInPart part =>
                await TakeBackAsync(lease, host, PromptFaults.Of(part, submission.Prompt), cancellationToken),
            SubmitReply.Unanswered => await LookForAsync(submission, host, cancellationToken),
            _ => throw new UnreachableException(),
        };
    }

    private static Task<SubmitReply> PostAsync(Submission submission, string client, HostConnection host,
        CancellationToken cancellationToken) =>
        host.Client.SubmitAsync(submission.Lease.Prompt, submission.Prompt.Json, client, cancellationToken, submission.Extra);

    private async Task<RunEvent> TakeBackAsync(Lease lease, HostConnection host, RunFault fault, CancellationToken cancellationToken)
    {
        await host.Client.CancelAsync(lease.Prompt, cancellationToken);
        return Refused(lease, fault, RefusalKind.ByThisHost);
    }

    // The prompt may have arrived although the answer did not. If it is nowhere now, it is taken off all the same:
    // a request that is still on its way must not cost another run its GPU time.
    private async Task<RunEvent> LookForAsync(Submission submission, HostConnection host, CancellationToken cancellationToken)
    {
        if (await host.Client.FindAsync(submission.Lease.Prompt, cancellationToken) is not (Whereabouts.Nowhere or Whereabouts.NoAnswer))
        {
            return Placed(submission);
        }

        await host.Client.CancelAsync(submission.Lease.Prompt, cancellationToken);
        return Failed(submission.Lease);
    }

    private RunEvent.Placed Placed(Submission submission)
    {
        cacheNodes.Ran(submission.Lease.Host, submission.Prompt);
        var hasBegun = watch.IsFirstInLine(submission.Lease);
        if (hasBegun)
        {
            watch.TakenToHaveBegun(submission.Lease);
        }

        return new(submission.Lease, clock.GetUtcNow(), IsQueued: !hasBegun);
    }

    private RunEvent Refused(Lease lease, RunFault fault, RefusalKind kind)
    {
        watch.Forget(lease);
        catalogs.Doubt(lease.Host);
        return kind is RefusalKind.ByAnyHost
            ? new RunEvent.PromptRefused(fault, lease, clock.GetUtcNow())
            : new RunEvent.RefusedHere(fault, lease, clock.GetUtcNow(), WhateverTheValues: kind is RefusalKind.WhateverTheValues);
    }

    private RunEvent.HostFailed Failed(Lease lease)
    {
        watch.Forget(lease);
        return new(lease, clock.GetUtcNow());
    }

    private static string TooLarge(HostId host, RunFile file, long? limit) =>
        $"An input file has {file.Bytes} bytes, and host "
            + $"'{host}' takes {(limit is { } most ? $"requests of {most} bytes" : "less")}. ComfyUI's --max-upload-size sets how much.";
}

/// <summary>A prompt on its way to a host.</summary>
/// <param name="Extra">Its <c>extra_data</c> as JSON.</param>
public sealed record Submission(RunRecord Run, Lease Lease, CompiledPrompt Prompt, string? Extra);
