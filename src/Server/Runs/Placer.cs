using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Comfy;
using ComfyFunc.Pool;
using ComfyFunc.Prompts;
using ComfyFunc.Secrets;
using ComfyFunc.Storage;

namespace ComfyFunc.Runs;

/// <summary>Carries out Place: leases a slot, stages the run's files there, and submits its prompt once, however often it is asked.</summary>
public sealed class Placer(
    RunPrompts prompts, HostStore hosts, HostConnections connections, HostCatalogs catalogs, PendingStore pending, Capabilities capabilities, PromptWatch watch,
    HostMonitor monitor, CacheNodeBook cacheNodes, ExtraData extraData, IBlobStore blobs, TimeProvider clock) : IDisposable
{
    // Runs of this process pick one after the other: a thousand that pick the same slot at once would each read the row again for every one that got it.
    private readonly SemaphoreSlim picking = new(1);

    public async Task<(RunRecord Run, RunEvent Answer)> PlaceAsync(RunRecord run, RunCommand.Place command, CancellationToken cancellationToken)
    {
        var prompt = await prompts.CompileAsync(run, command.Placement, [], cancellationToken);
        var waiting = RunPrompts.Waiting(run, command.Placement, prompt);
        if (Poison.Is(waiting.Work, hosts.Known, new Estimates(hosts.Known), clock.GetUtcNow()))
        {
            return (run, new RunEvent.Poisoned($"'{waiting.Work.Name}' was executing on {Poison.MaxHosts} hosts when they were lost; it is not placed for an hour.", command.Granted, clock.GetUtcNow()));
        }

        var slot = command.Granted is { } granted ? new Slot(granted, IsFresh: false) : await FindSlotAsync(waiting, cancellationToken);
        if (slot.Lease is not { } lease)
        {
            return (run, slot.Answer!);
        }

        if (connections.Find(lease.Host) is null)
        {
            await monitor.ReconcileAsync(cancellationToken); // Another process has registered the host a moment ago.
        }

        if (connections.Find(lease.Host) is not { } host)
        {
            return (run, new RunEvent.HostFailed(lease, clock.GetUtcNow()));
        }

        var (extra, unreadable) = await extraData.ForHostAsync(run, cancellationToken);
        if (unreadable is not null)
        {
            return (run, new RunEvent.PromptRefused(unreadable, lease, clock.GetUtcNow()));
        }

        var staging = Stopwatch.GetTimestamp();
        if (await StageAsync(run, lease, host, cancellationToken) is { } failure)
        {
            return (run, failure);
        }

        var started = clock.GetUtcNow();
        var attempt = new RunAttempt(lease.Attempt, lease.Host, lease.Prompt, started) { StageMs = (long)Stopwatch.GetElapsedTime(staging).TotalMilliseconds, Loaders = prompt.Loaders };
        if (cacheNodes.For(lease.Host) is { IsEmpty: false } kept)
        {
            prompt = await prompts.CompileAsync(run, command.Placement, kept, cancellationToken);
        }

        var answer = await SubmitAsync(lease, slot.IsFresh, prompt, extra, host, cancellationToken);
        return answer is RunEvent.Placed && run.Attempts.All(a => a.Number != lease.Attempt)
            ? (run with { Attempts = run.Attempts.Add(attempt) }, answer)
            : (run, answer);
    }

    public void Dispose() => picking.Dispose();

    private async Task<Slot> FindSlotAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        if (HeldLease(waiting) is { } held)
        {
            return new(held, IsFresh: false);
        }

        if (!Feasibility.AnyCanEverTake(waiting, hosts.Known, capabilities.Has) && !Feasibility.AnyCanEverTake(waiting, await FreshPoolAsync(cancellationToken), capabilities.Has))
        {
            return Slot.None(new RunEvent.NoHost(capabilities.Explain(waiting, hosts.Known), clock.GetUtcNow()));
        }

        await picking.WaitAsync(cancellationToken);
        try
        {
            return await PickAsync(waiting, cancellationToken) ?? Slot.None(new RunEvent.NoSlot(clock.GetUtcNow()));
        }
        finally
        {
            picking.Release();
        }
    }

    private async Task<Slot?> PickAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        // Who came earlier and still waits goes first.
        while (pending.Known.All(w => w.Run == waiting.Run) && Scheduler.Pick(hosts.Known, waiting, capabilities.Has, clock.GetUtcNow()) is { } assignment)
        {
            if (await hosts.UpdateAsync(assignment.Host, h => assignment.Over(h, clock.GetUtcNow()), cancellationToken) is not null)
            {
                return new(assignment.Lease, IsFresh: true);
            }

            // The row has changed meanwhile. It may have been this very step, carried out by somebody else.
            if (HeldLease(waiting) is { } taken)
            {
                return new(taken, IsFresh: false);
            }
        }

        return null;
    }

    // Another process may have registered a host a moment ago.
    private async Task<ImmutableArray<PoolHost>> FreshPoolAsync(CancellationToken cancellationToken)
    {
        var pool = await hosts.RefreshAsync(cancellationToken);
        foreach (var hash in pool.Select(h => h.CatalogHash).OfType<string>().Distinct())
        {
            await catalogs.GetAsync(hash, cancellationToken);
        }

        return pool;
    }

    /// <summary>The lease that an earlier, interrupted carrying-out of this very step has taken.</summary>
    private Lease? HeldLease(WaitingRun waiting) =>
        hosts.Known.FirstOrDefault(h => h.Holds(waiting.LeaseOn(h.Id))) is { } host ? waiting.LeaseOn(host.Id) : null;

    private async Task<RunEvent?> StageAsync(RunRecord run, Lease lease, HostConnection host, CancellationToken cancellationToken)
    {
        foreach (var file in run.Files.Where(f => !host.HasStaged(f.HostName)).DistinctBy(f => f.HostName))
        {
            await using var content = await blobs.OpenReadAsync(file.Blob, cancellationToken) ?? throw new InvalidDataException($"The input {file.Blob} is gone.");
            var name = file.HostName[(InputFiles.HostFolder.Length + 1)..];
            switch (await host.Client.UploadAsync(InputFiles.HostFolder, name, content, file.ContentType, cancellationToken))
            {
                case UploadReply.Stored:
                    host.Staged(file.HostName);
                    break;
                case UploadReply.TooLarge large:
                    return new RunEvent.PromptRefused(
                        new("invalid_input", $"A host takes uploads of {(large.Limit is { } most ? $"{most} bytes at most" : "less than this file has")}; start it with a larger --max-upload-size."), lease, clock.GetUtcNow());
                case UploadReply.Refused refused:
                    return new RunEvent.PromptRefused(new("invalid_input", $"The host refused an input file with status {refused.Status}."), lease, clock.GetUtcNow());
                default:
                    return new RunEvent.HostFailed(lease, clock.GetUtcNow());
            }
        }

        return null;
    }

    private async Task<RunEvent> SubmitAsync(Lease lease, bool isFresh, CompiledPrompt prompt, string? extra, HostConnection host, CancellationToken cancellationToken)
    {
        var client = await host.Listener.ConnectedAsync(cancellationToken);
        watch.Watch(lease, prompt.NodeCount, prompt.SocketNodes);

        // Only a lease that was taken a moment ago proves that nothing has been posted under this id.
        if (!isFresh && await host.Client.FindAsync(lease.Prompt, cancellationToken) is var found and not Whereabouts.Nowhere)
        {
            return found is Whereabouts.NoAnswer ? Failed(lease) : Placed(lease, prompt);
        }

        return await host.Client.SubmitAsync(lease.Prompt, prompt.Json, client, cancellationToken, extra) switch
        {
            SubmitReply.Accepted => Placed(lease, prompt),
            SubmitReply.Rejected rejected => Refused(lease, PromptFaults.Of(rejected, prompt)),
            SubmitReply.AcceptedInPart part => await TakeBackAsync(lease, host, PromptFaults.Of(part, prompt), cancellationToken),
            SubmitReply.Unanswered => await LookForAsync(lease, prompt, host, cancellationToken),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<RunEvent> TakeBackAsync(Lease lease, HostConnection host, RunFault fault, CancellationToken cancellationToken)
    {
        await host.Client.CancelAsync(lease.Prompt, cancellationToken);
        return Refused(lease, fault);
    }

    // The prompt may have arrived although the answer did not. If it is nowhere now, it is taken off all the same:
    // a request that is still on its way must not cost another run its GPU time.
    private async Task<RunEvent> LookForAsync(Lease lease, CompiledPrompt prompt, HostConnection host, CancellationToken cancellationToken)
    {
        if (await host.Client.FindAsync(lease.Prompt, cancellationToken) is not (Whereabouts.Nowhere or Whereabouts.NoAnswer))
        {
            return Placed(lease, prompt);
        }

        await host.Client.CancelAsync(lease.Prompt, cancellationToken);
        return Failed(lease);
    }

    private RunEvent.Placed Placed(Lease lease, CompiledPrompt prompt)
    {
        cacheNodes.Ran(lease.Host, prompt);
        return new(lease, clock.GetUtcNow());
    }

    private RunEvent.PromptRefused Refused(Lease lease, RunFault fault)
    {
        watch.Forget(lease);
        return new(fault, lease, clock.GetUtcNow());
    }

    private RunEvent.HostFailed Failed(Lease lease)
    {
        watch.Forget(lease);
        return new(lease, clock.GetUtcNow());
    }

    private readonly record struct Slot(Lease? Lease, bool IsFresh, RunEvent? Answer = null)
    {
        public static Slot None(RunEvent answer) => new(null, IsFresh: false, answer);
    }
}
