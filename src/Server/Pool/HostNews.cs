using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Turns what listeners hear into signals to runs. Nothing is concluded from a listener's word: the run looks for itself.
/// </summary>
public sealed partial class HostNews(HostLooks looks, HostSentinel sentinel, PromptWatch watch, HeardPictures pictures, IPromptEnds ends,
    IRunSignals signals, TimeProvider clock, ILogger<HostNews> logger) : IHostObserver
{
    private readonly RepeatedFailures failures = new(clock);

    /// <summary>Lets go of prompts whose slots had been given back by then.</summary>
    public void ForgetReleased(DateTimeOffset asOf) => watch.ForgetReleased(asOf);

    public async ValueTask ConnectedAsync(HostId host)
    {
        HostConnected(host);
        await SafelyAsync(host, () => looks.ConnectedAsync(host, CancellationToken.None));
    }

    public ValueTask DisconnectedAsync(HostId host) => ValueTask.CompletedTask;

    public async ValueTask ProgressedAsync(HostId host, PromptId prompt, PromptProgress progress)
    {
        sentinel.Progressed(host, prompt);
        if (watch.Progressed(prompt, progress) is { } lease)
        {
            await SafelyAsync(host,
                () => signals.SignalAsync(lease.Run, new RunEvent.Begun(lease.Attempt, clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public ValueTask OthersProgressedAsync(HostId host, PromptId prompt)
    {
        sentinel.Progressed(host, prompt);
        return ValueTask.CompletedTask;
    }

    // Not waited for: it may take its time, and other news must not.
    public ValueTask EndedAsync(HostId host, PromptId prompt)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            _ = SafelyAsync(host, () => ends.EndedAsync(lease, CancellationToken.None));
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask MissingAsync(HostId host, PromptId prompt)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            await SafelyAsync(host,
                () => signals.SignalAsync(lease.Run, new RunEvent.DeadlinePassed(clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public async ValueTask ReachableAsync(HostId host)
    {
        await SafelyAsync(host, () => looks.LookAtAsync(host, CancellationToken.None));
    }

    public async ValueTask UnreachableAsync(HostId host, string? why)
    {
        if (failures.IsToBeSaid($"{host} {nameof(HostUnreachable)}", out var unsaid))
        {
            HostUnreachable(host, why, unsaid);
        }

        await SafelyAsync(host, () => looks.UnreachableAsync(host, why, CancellationToken.None));
    }

    public async ValueTask LookedAsync(HostId host, QueueView queue, bool isHearing) => await SafelyAsync(host, async () =>
    {
        if (queue.Running is [var running, ..] && watch.Taken(running) is { } lease)
        {
            await signals.SignalAsync(lease.Run, new RunEvent.Begun(lease.Attempt, clock.GetUtcNow()), CancellationToken.None);
        }

        await sentinel.LookedAsync(host, queue, isHearing, CancellationToken.None);
    });

    public ValueTask PreviewedAsync(HostId host, PromptId prompt, Preview preview)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            pictures.Previewed(lease, preview);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PicturedAsync(HostId host, PromptId prompt, string node, Preview picture)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            pictures.Pictured(lease, node, picture);
        }

        return ValueTask.CompletedTask;
    }

    // The listener must go on whatever storage or the durable runtime answer; the runs' own deadlines make up for a lost signal.
    private async Task SafelyAsync(HostId host, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (failures.IsToBeSaid($"{host} {nameof(NewsNotPassedOn)}", out var unsaid))
            {
                NewsNotPassedOn(host, e.GetBaseException().Message, unsaid);
            }
        }
    }

    [LoggerMessage(EventIds.HostConnected, LogLevel.Information, "Connected to host {HostId}.")]
    private partial void HostConnected(HostId hostId);

    [LoggerMessage(EventIds.HostUnreachable, LogLevel.Warning,
        "Host {HostId} does not answer; its runs move on. {Why} Not said since the last time: {Unsaid}.")]
    private partial void HostUnreachable(HostId hostId, string? why, int unsaid);

    [LoggerMessage(EventIds.NewsNotPassedOn, LogLevel.Warning,
        "News from host {HostId} could not be passed on: {Reason} Not said since the last time: {Unsaid}.")]
    private partial void NewsNotPassedOn(HostId hostId, string reason, int unsaid);
}
