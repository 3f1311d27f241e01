using System.Collections.Concurrent;
using System.Threading.Channels;
using ComfyFunc.Engine;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// Listens to one host: by its WebSocket, under a fresh client id for each connection, and by looking at queue and history every few
/// seconds, so that nothing depends on one event arriving.
/// </summary>
internal sealed partial class HostListener(
    HostId host, HostAddress address, ComfyClient client, ListenerOptions options, IHostObserver observer, SocketOpener open,
    TimeProvider clock, ILogger<HostListener> logger) : IHostListener
{
    // Other people's prompts may tell of each step; that they live is all there is to know.
    private static readonly TimeSpan OthersInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<PromptId, WatchedPrompt> watched = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Bell lookNow = new();

    // News waits here, so that the socket is always read: one reader that stops stalls every client of a ComfyUI.
    private readonly Channel<Func<IHostObserver, ValueTask>> news =
        Channel.CreateUnbounded<Func<IHostObserver, ValueTask>>(new UnboundedChannelOptions { SingleReader = true });
    private TaskCompletionSource<string?> connection = new();
    private Task running = Task.CompletedTask;
    private long lastFrame;
    private long lastOthers;
    private long lastHint;
    private IHostSocket? socket;

    public bool IsReachable { get; private set; } = true;

    public bool IsBusy { get; set; }

    public bool HasStayed(PromptId prompt) => watched.TryGetValue(prompt, out var state) && state.Socket is { } its && its == socket;

    /// <summary>The watched prompt that executes, as far as is known.</summary>
    public PromptId? Executing { get; private set; }

    public void Start() => running = Task.WhenAll(ListenAsync(stop.Token), LookAsync(stop.Token), PassOnAsync(stop.Token));

    /// <summary>
    /// Waits a little for a connection that may come; without one it makes an id up, and the end is told by the host or found by looking. A
    /// host to which none could be made, such as one behind a proxy that lets no WebSocket through, is not waited for.
    /// </summary>
    public async ValueTask<string> ConnectedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Task.WaitAsync(options.ConnectPatience, clock, cancellationToken) ?? MadeUp();
        }
        catch (TimeoutException)
        {
            return MadeUp();
        }
    }

    public void Watch(PromptId prompt, int nodesTotal, IReadOnlySet<string>? pictureNodes = null) =>
        watched.TryAdd(prompt, new WatchedPrompt(nodesTotal, socket, clock.GetTimestamp(), pictureNodes));

    public void LookNow() => lookNow.Ring();

    public void Unwatch(PromptId prompt) => watched.TryRemove(prompt, out _);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var delay = options.SecondLook;
        while (!cancellationToken.IsCancellationRequested)
        {
            await using (var opened = await open(address, cancellationToken))
            {
                if (opened is null)
                {
                    connection.TrySetResult(null);
                }
                else
                {
                    delay = options.SecondLook;
                    await ListenToAsync(opened, cancellationToken);
                }
            }

            await Task.Delay(delay, clock, cancellationToken);
            delay = delay * 2 < options.LongestReconnectDelay ? delay * 2 : options.LongestReconnectDelay;
        }
    }

    private async Task ListenToAsync(IHostSocket opened, CancellationToken cancellationToken)
    {
        socket = opened;
        Volatile.Write(ref lastFrame, clock.GetTimestamp());
        Connected(opened.ClientId);
        news.Writer.TryWrite(o => o.ConnectedAsync(host));
        await foreach (var frame in opened.ReadAsync(cancellationToken))
        {
            Volatile.Write(ref lastFrame, clock.GetTimestamp());
            Hear(frame);
        }

        connection = new();
        socket = null;
        Disconnected(host);
        news.Writer.TryWrite(o => o.DisconnectedAsync(host));
        lookNow.Ring();
    }

    private void Connected(string clientId)
    {
        if (!connection.TrySetResult(clientId))
        {
            connection = new(); // The try before this one had failed.
            connection.SetResult(clientId);
        }
    }

    private static string MadeUp() => Guid.NewGuid().ToString("N");

    private void Hear(HostFrame frame)
    {
        switch (frame)
        {
            case HostFrame.Queue queue:
                LookAtOthers(queue.Length);
                break;
            case HostFrame.Picture picture when (picture.Prompt ?? Executing) is { } prompt
                && watched.TryGetValue(prompt, out var pictured):
                var node = pictured.PictureNode(picture.Nodes);
                news.Writer.TryWrite(o => node is null ? o.PreviewedAsync(host, prompt, picture.Preview)
                    : o.PicturedAsync(host, prompt, node, picture.Preview));
                break;
            case HostFrame.Event e when watched.TryGetValue(e.Prompt, out var state):
                Hear(e, state);
                break;
            case HostFrame.Event e when !e.IsEnd && clock.GetElapsedTime(lastOthers) > OthersInterval:
                lastOthers = clock.GetTimestamp();
                news.Writer.TryWrite(o => o.OthersProgressedAsync(host, e.Prompt));
                break;
        }
    }

    // More stands there than is watched here: who it is, only a look tells, and the next one may be ten seconds away.
    private void LookAtOthers(int length)
    {
        if (length > watched.Count && clock.GetElapsedTime(lastHint) > OthersInterval)
        {
            lastHint = clock.GetTimestamp();
            lookNow.Ring();
        }
    }

    private void Hear(HostFrame.Event e, WatchedPrompt state)
    {
        if (e.IsEnd)
        {
            PassOnEnd(e.Prompt, state);
            return;
        }

        Executing = e.Prompt;
        if (e.Apply(state) is { } progress)
        {
            news.Writer.TryWrite(o => o.ProgressedAsync(host, e.Prompt, progress));
        }
    }

    private void PassOnEnd(PromptId prompt, WatchedPrompt state)
    {
        state.EndPassedOnAt = clock.GetUtcNow();
        Executing = Executing == prompt ? null : Executing;
        news.Writer.TryWrite(o => o.EndedAsync(host, prompt));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            await lookNow.WaitAsync(failures == 1 ? options.SecondLook : watched.IsEmpty && !IsBusy ? options.IdleInterval
                : options.PollInterval, clock, cancellationToken);
            var asked = await client.GetQueueAsync(cancellationToken);
            failures = asked.Value is null ? failures + 1 : 0;
            Judge(failures, asked.Fault?.Detail);
            if (asked.Value is { } queue)
            {
                var isHearing = IsHearing(queue);
                news.Writer.TryWrite(o => o.LookedAsync(host, queue, isHearing));
                await LookForAllAsync(queue, cancellationToken);
                DropSilentSocket(queue);
            }
        }
    }

    private void Judge(int failures, string? why)
    {
        if (failures >= 2 && (IsReachable || failures % 10 == 0))
        {
            IsReachable = false;
            news.Writer.TryWrite(o => o.UnreachableAsync(host, why));
        }
        else if (failures == 0 && !IsReachable)
        {
            IsReachable = true;
            news.Writer.TryWrite(o => o.ReachableAsync(host));
        }
    }

    private async Task LookForAllAsync(QueueView queue, CancellationToken cancellationToken)
    {
        foreach (var (prompt, state) in watched)
        {
            if (queue.Running.Contains(prompt))
            {
                Executing = prompt;
                state.Found();
            }
            else if (queue.Pending.Contains(prompt))
            {
                state.Found();
            }
            else if (state.EndPassedOnAt is not { } at || clock.GetUtcNow() - at > options.PollInterval * 10)
            {
                await LookForAsync(prompt, state, cancellationToken);
            }
        }
    }

    private async Task LookForAsync(PromptId prompt, WatchedPrompt state, CancellationToken cancellationToken)
    {
        switch (await client.GetHistoryAsync(prompt, cancellationToken))
        {
            case HistoryReply.Found:
                PassOnEnd(prompt, state);
                break;
            case HistoryReply.None when ++state.Missed >= 2:
                state.EndPassedOnAt = clock.GetUtcNow();
                Executing = Executing == prompt ? null : Executing;
                news.Writer.TryWrite(o => o.MissingAsync(host, prompt));
                break;
        }
    }

    // The submit itself makes a ComfyUI send its status, so a socket that works has been heard since. A new socket gets no events of older
    // prompts.
    private bool IsHearing(QueueView queue) =>
        socket is { } open
        && queue.Running.Any(r => watched.TryGetValue(r, out var state) && state.Socket == open
            && Volatile.Read(ref lastFrame) > state.WatchedAt);

    private void DropSilentSocket(QueueView queue)
    {
        if (socket is { } open && queue.Running.Any(watched.ContainsKey)
            && clock.GetElapsedTime(Volatile.Read(ref lastFrame)) > options.SilenceLimit)
        {
            WentSilent(host);
            Volatile.Write(ref lastFrame, clock.GetTimestamp());
            open.Abort();
        }
    }

    private async Task PassOnAsync(CancellationToken cancellationToken)
    {
        while (await news.Reader.WaitToReadAsync(cancellationToken))
        {
            while (news.Reader.TryRead(out var item))
            {
                await item(observer);
            }
        }
    }

    [LoggerMessage(EventIds.Disconnected, LogLevel.Debug, "The connection to host {HostId} ended.")]
    private partial void Disconnected(HostId hostId);

    [LoggerMessage(EventIds.WentSilent, LogLevel.Warning,
        "The socket of host {HostId} has gone silent while it executes; connecting anew.")]
    private partial void WentSilent(HostId hostId);
}
