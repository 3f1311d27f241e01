using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Hears from a listener what happens on its host. News comes one by one; a slow observer delays news, never the socket.</summary>
public interface IHostObserver
{
    ValueTask ConnectedAsync(HostId host);

    ValueTask DisconnectedAsync(HostId host);

    ValueTask ProgressedAsync(HostId host, PromptId prompt, PromptProgress progress);

    /// <summary>A prompt that is not watched shows progress: somebody else's, or one of another process.</summary>
    ValueTask OthersProgressedAsync(HostId host, PromptId prompt);

    /// <summary>The end mark was seen, or the prompt was found in the history. How it ended, the history says.</summary>
    ValueTask EndedAsync(HostId host, PromptId prompt);

    /// <summary>Twice looked for and found in neither queue nor history.</summary>
    ValueTask MissingAsync(HostId host, PromptId prompt);

    ValueTask ReachableAsync(HostId host);

    /// <param name="why">One sentence about the host, where the reason is known.</param>
    ValueTask UnreachableAsync(HostId host, string? why);

    /// <summary>The queue was looked at, as it is every few seconds while prompts are watched.</summary>
    /// <param name="isHearing">Whether the socket is the one that gets the running prompt's events, and has been heard since: if not,
    /// silence says nothing.</param>
    ValueTask LookedAsync(HostId host, QueueView queue, bool isHearing);

    ValueTask PreviewedAsync(HostId host, PromptId prompt, Preview preview);

    /// <summary>A picture that is a result of the prompt and is kept nowhere on the host.</summary>
    ValueTask PicturedAsync(HostId host, PromptId prompt, string node, Preview picture);
}

/// <summary>How far a prompt is.</summary>
/// <param name="Value">0 to 1.</param>
/// <param name="Node">The node that executes.</param>
/// <param name="Step">Of <paramref name="Steps"/> of that node, when it counts them.</param>
public sealed record PromptProgress(double Value, int NodesDone, int NodesTotal, string? Node, int? Step, int? Steps);

/// <summary>A picture of work in progress.</summary>
public sealed record Preview(string ContentType, ReadOnlyMemory<byte> Content);

/// <summary>How a listener listens.</summary>
public sealed record ListenerOptions
{
    /// <summary>Between two looks at queue and history while prompts are watched.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Between two looks while nothing is watched, to see that the host is still there.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Before the second look when the first got no answer.</summary>
    public TimeSpan SecondLook { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A socket on which nothing has come for so long while a prompt executes has gone silent. Nodes that load large models are silent for
    /// a while too, and a new socket would lose their progress.
    /// </summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a submit waits for a connection; without one the looks find its end.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan LongestReconnectDelay { get; init; } = TimeSpan.FromSeconds(8);
}
