using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>A batch that was submitted.</summary>
public sealed class BatchHandle
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ApiConnection connection;
    private readonly OutputView? output;

    internal BatchHandle(ApiConnection connection, string id, OutputView? output = null) =>
        (this.connection, Id, this.output) = (connection, id, output);

    /// <summary>The batch's id.</summary>
    public string Id { get; }

    /// <summary>How far it is.</summary>
    public async Task<Batch> StatusAsync(CancellationToken cancellationToken = default) =>
        new(await connection.JsonAsync(HttpMethod.Get, ApiPaths.Batch(Id), cancellationToken));

    /// <summary>Its runs so far, in the order of their inputs.</summary>
    public async Task<ImmutableArray<Run>> RunsAsync(CancellationToken cancellationToken = default)
    {
        var runs = new List<Run>();
        await foreach (var shown in RunPages.ReadAsync(connection, [("batch", Id), ("limit", RunPages.Largest)], cancellationToken))
        {
            runs.Add(output is null ? shown
                : await new RunHandle(connection, shown.Id, output: output).StatusAsync(cancellationToken: cancellationToken));
        }

        return [.. runs.OrderBy(PlaceOf).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    /// <summary>Waits for the end of all, whether they succeed or not.</summary>
    /// <param name="onProgress">Is told how far it is.</param>
    /// <param name="cancelOnAbort">Whether the batch is canceled when waiting for it is.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Batch> ResultAsync(Action<Batch>? onProgress = null, bool cancelOnAbort = false,
        CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var batch = await StatusAsync(cancellationToken);
                onProgress?.Invoke(batch);
                if (batch.IsDone)
                {
                    return batch.With(await RunsAsync(cancellationToken));
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && cancelOnAbort)
        {
            await CancelBlindlyAsync();
            throw;
        }
    }

    /// <summary>Makes no more runs and cancels those that are open.</summary>
    public async Task<Batch> CancelAsync(CancellationToken cancellationToken = default) =>
        new(await connection.JsonAsync(HttpMethod.Post, $"{ApiPaths.Batch(Id)}/cancel", cancellationToken));

    private async Task CancelBlindlyAsync()
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

    private static int PlaceOf(Run run) =>
        run.Json.Member("batch") is { ValueKind: JsonValueKind.Object } batch ? batch.Int("index") ?? 0 : 0;
}
