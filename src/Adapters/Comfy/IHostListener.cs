using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Listens to one host for as long as it is in the pool, and tells an observer.</summary>
public interface IHostListener : IAsyncDisposable
{
    void Start();

    /// <summary>The client id to submit with.</summary>
    ValueTask<string> ConnectedAsync(CancellationToken cancellationToken);

    /// <summary>To be called before the prompt is submitted: its events may be faster than the answer.</summary>
    /// <param name="nodesTotal">For the progress; 0 when it is not known.</param>
    /// <param name="pictureNodes">The nodes whose pictures on the socket are results, not previews.</param>
    void Watch(PromptId prompt, int nodesTotal, IReadOnlySet<string>? pictureNodes = null);

    void Unwatch(PromptId prompt);

    /// <summary>
    /// Whether the connection under which the prompt was submitted is still there, and so the host's process is the same.
    /// </summary>
    bool HasStayed(PromptId prompt);

    /// <summary>
    /// Whether prompts are said to stand there that are not watched here: the host is looked at as often as if they were.
    /// </summary>
    bool IsBusy { get; set; }

    /// <summary>Looks at once, for a prompt that another connection submitted: its events go there.</summary>
    void LookNow();
}

/// <summary>Makes the listeners of a pool.</summary>
public interface IHostListeners
{
    IHostListener For(HostId host, HostAddress address, ComfyClient client, IHostObserver observer);
}

/// <summary>Listeners that hold a WebSocket each.</summary>
internal sealed class HostListeners(TimeProvider clock, Microsoft.Extensions.Logging.ILogger<HostListener> logger) : IHostListeners
{
    public IHostListener For(HostId host, HostAddress address, ComfyClient client, IHostObserver observer) =>
        new HostListener(host, address, client, new ListenerOptions(), observer, HostSocket.OpenAsync, clock, logger);
}
