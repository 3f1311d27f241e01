using System.Runtime.CompilerServices;

namespace ComfyFunc.Client;

/// <summary>A run that was submitted.</summary>
public sealed class RunHandle
{
    private readonly ApiConnection connection;
    private readonly OutputView? output;
    private readonly Run? first;

    internal RunHandle(ApiConnection connection, string id, Run? first = null, OutputView? output = null) =>
        (this.connection, Id, this.first, this.output) = (connection, id, first, output);

    /// <summary>The run's id.</summary>
    public string Id { get; }

    /// <summary>The run as it is now.</summary>
    /// <param name="wait">How long the answer may be held back for the end.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<Run> StatusAsync(TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        new(connection,
            await connection.JsonAsync(new ApiRequest(HttpMethod.Get, ApiPaths.Run(Id))
            {
                Query = output?.Query ?? [],
                Headers = [Prefer(wait)]
            }, cancellationToken));

    /// <summary>Its events from the first on. The last has the run.</summary>
    /// <param name="previews">Whether pictures of work in progress are among them.</param>
    /// <param name="cancellationToken">Ends the listening; the run goes on.</param>
    public async IAsyncEnumerable<RunEvent> EventsAsync(bool previews = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (first is { IsDone: true })
        {
            yield return new RunEvent.StatusChanged(Id, first.Status, null, first);
            yield break;
        }

        await foreach (var @event in new RunFollower(connection, Id, previews).FollowAsync(cancellationToken))
        {
            yield return output is not null && @event is RunEvent.StatusChanged { Run: not null } end
                ? end with { Run = await StatusAsync(cancellationToken: cancellationToken) } : @event;
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="onProgress">Is told of each event.</param>
    /// <param name="previews">Whether pictures of work in progress are among them.</param>
    /// <param name="cancelOnAbort">Whether the run is canceled when waiting for it is.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ComfyFuncException">It ended otherwise than well.</exception>
    public async Task<Run> ResultAsync(Action<RunEvent>? onProgress = null, bool previews = false, bool cancelOnAbort = false,
        CancellationToken cancellationToken = default)
    {
        try
        {
            await foreach (var @event in EventsAsync(previews, cancellationToken))
            {
                onProgress?.Invoke(@event);
                if (@event is RunEvent.StatusChanged { Run: { } run })
                {
                    return run.Status == "succeeded" ? run : throw ComfyFuncException.Of(run);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && cancelOnAbort)
        {
            await CancelBlindlyAsync();
            throw;
        }

        throw new ComfyFuncException("unexpected_answer", $"Nothing tells how run {Id} ended.");
    }

    /// <summary>Has the run stopped.</summary>
    /// <param name="wait">How long the answer may be held back for the end.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<Run> CancelAsync(TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        new(connection,
            await connection.JsonAsync(new ApiRequest(HttpMethod.Post, ApiPaths.Cancel(Id)) { Headers = [Prefer(wait)] },
                cancellationToken));

    // For somebody who is told that he gave up, and nothing else.
    internal async Task CancelBlindlyAsync()
    {
        try
        {
            await CancelAsync();
        }
        catch (ComfyFuncException)
        {
            // It goes on, or has ended.
        }
    }

    private static (string Name, string? Value) Prefer(TimeSpan wait) =>
        ("Prefer", wait > TimeSpan.Zero ? $"wait={(int)Math.Ceiling(wait.TotalSeconds)}" : null);
}
