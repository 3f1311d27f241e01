using System.Diagnostics;
using ComfyFunc.Adapters;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Secrets;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Carries out Place: leases a slot, and has the run's files staged and its prompt submitted there once, however often it is asked.
/// </summary>
public sealed class Placer(RunPrompts prompts, SlotFinder slots, HostMonitor monitor, HostConnections connections, ExtraData extraData,
    Submitter submitter, RunTraces traces, TimeProvider clock)
{
    public async Task<(RunRecord Run, RunEvent Answer)> PlaceAsync(RunRecord run, RunCommand.Place command,
        CancellationToken cancellationToken)
    {
        using var span = traces.Begin("place", run, command.Placement.Attempt);
        try
        {
            var placed = await PlaceAsync(run, command, span, cancellationToken);
            RunTraces.Answered(span, placed.Answer);
            return placed;
        }
        catch (Exception e) when (SpanFaults.Passes(span, e))
        {
            throw;
        }
    }

    private async Task<(RunRecord Run, RunEvent Answer)> PlaceAsync(RunRecord run, RunCommand.Place command, Activity? span,
        CancellationToken cancellationToken)
    {
        var prompt = await prompts.CompileAsync(run, command.Placement, cancellationToken);
        var waiting = RunPrompts.Waiting(run, command.Placement, prompt);
        if (slots.IsPoison(waiting.Work))
        {
            return (run, new RunEvent.Poisoned(
                $"'{waiting.Work.Name}' was executing on {Poison.MaxHosts} hosts when they were lost; it is not placed for an hour.",
                command.Granted, clock.GetUtcNow()));
        }

        var slot = command.Granted is { } granted ? new Slot(granted, IsFresh: false) : await slots.FindAsync(waiting, cancellationToken);
        if (slot.Lease is not { } lease)
        {
            return (run, slot.Answer!);
        }

        span?.SetTag(Attribute.Host, lease.Host.Value);
        var leased = clock.GetTimestamp();
        await monitor.ReachAsync(lease.Host, cancellationToken);
        if (connections.Find(lease.Host) is not { } host)
        {
            return (run, new RunEvent.HostFailed(lease, clock.GetUtcNow()));
        }

        var (extra, unreadable) = await extraData.ForHostAsync(run.Id, run.ExtraData, cancellationToken);
        if (unreadable is not null)
        {
            return (run, new RunEvent.PromptRefused(unreadable, lease, clock.GetUtcNow()));
        }

        if (await submitter.StageAsync(run, lease, host, cancellationToken) is { } failure)
        {
            return (run, failure);
        }

        var started = clock.GetUtcNow();
        var attempt = new RunAttempt(lease.Attempt, lease.Host, lease.Prompt,
            started)
        { StageMs = (long)clock.GetElapsedTime(leased).TotalMilliseconds, Loaders = prompt.Loaders };
        prompt = await prompts.CompileForAsync(lease.Host, run, command.Placement, cancellationToken);

        var answer = await submitter.SubmitAsync(new(run, lease, prompt, extra), slot.IsFresh, host, cancellationToken);
        return answer is RunEvent.Placed && run.Attempts.All(a => a.Number != lease.Attempt)
            ? (run with { Attempts = run.Attempts.Add(attempt) }, answer)
            : (run, answer);
    }
}
