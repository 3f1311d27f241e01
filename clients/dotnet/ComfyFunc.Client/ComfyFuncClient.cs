using System.Collections;
using System.Runtime.CompilerServices;

namespace ComfyFunc.Client;

/// <summary>One server that serves workflows.</summary>
public sealed class ComfyFuncClient : IDisposable
{
    private readonly ApiConnection connection;
    private readonly FileCarrier files;
    private readonly HttpClient? own;

    /// <param name="baseUrl">Where the server is, with or without <c>/api</c>.</param>
    /// <param name="key">A caller's key.</param>
    public ComfyFuncClient(string baseUrl, string? key = null)
        : this(new ComfyFuncClientOptions { BaseUrl = new(baseUrl), Key = key }) { }

    /// <param name="options">Where the server is, and who calls.</param>
    /// <param name="http">Sends the requests, and is the caller's to dispose of; one of its own unless given. It should follow no
    /// redirect: keys would go along.</param>
    public ComfyFuncClient(ComfyFuncClientOptions options, HttpClient? http = null)
    {
        own = http is null
            // Keys would go along to where a redirect leads.
            ? new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false })
            {
                Timeout = Timeout.InfiniteTimeSpan
            } : null;
        connection = new(http ?? own!, options); // One of the two is there.
        files = new(connection);
    }

    /// <summary>Runs a workflow to its end.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="values">Inputs by tag, spelled as they are; files wherever a file goes.</param>
    /// <param name="options">What else the call says.</param>
    /// <param name="cancellationToken">Ends the waiting, and the run with it unless <see cref="RunOptions.CancelOnAbort"/> is
    /// false.</param>
    /// <exception cref="ComfyFuncException">The call was refused, or the run ended otherwise than well.</exception>
    public async Task<Run> RunAsync(string name, object? values = null, RunOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        within.CancelAfter(options.Timeout ?? Timeout.InfiniteTimeSpan);
        try
        {
            var handle = await SubmitAsync(name, values, options, options.CancelOnAbort, within.Token);
            return await handle.ResultAsync(options.OnProgress, options.Previews, options.CancelOnAbort, within.Token);
        }
        catch (OperationCanceledException e) when (within.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ComfyFuncException("timeout", $"The run had not ended after {options.Timeout}.", e) { Retryable = true };
        }
    }

    /// <summary>Has a run made, and tells how to follow it.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="values">Inputs by tag.</param>
    /// <param name="options">What else the call says.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    public Task<RunHandle> SubmitAsync(string name, object? values = null, SubmitOptions? options = null,
        CancellationToken cancellationToken = default) =>
        SubmitAsync(name, values, options ?? new(), cancelOnAbort: false, cancellationToken);

    /// <summary>Runs a workflow and yields its events; the last has the run, however it ended.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="values">Inputs by tag.</param>
    /// <param name="options">What else the call says.</param>
    /// <param name="previews">Whether pictures of work in progress are among the events.</param>
    /// <param name="cancellationToken">Ends the listening; the run goes on.</param>
    public async IAsyncEnumerable<RunEvent> SubscribeAsync(
        string name, object? values = null, SubmitOptions? options = null, bool previews = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var handle = await SubmitAsync(name, values, options, cancellationToken);
        await foreach (var @event in handle.EventsAsync(previews, cancellationToken))
        {
            yield return @event;
        }
    }

    /// <summary>What a call would do. Makes no run.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="values">Inputs by tag.</param>
    /// <param name="options">What else the call says.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<CallExplanation> ValidateAsync(string name, object? values = null, CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var body = await files.CarryAsync(values, cancellationToken);
        options ??= new();
        return new(await connection.JsonAsync(
            new ApiRequest(HttpMethod.Post,
                ApiPaths.Workflow(name, options.Version))
            { Query = options.Query.Append(("validateOnly", "true")), Body = body },
                cancellationToken));
    }

    /// <summary>Runs a workflow many times and waits for all.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="inputs">A list of values, or an object with <c>matrix</c> and perhaps <c>input</c>: every combination.</param>
    /// <param name="options">What else the calls say.</param>
    /// <param name="cancellationToken">Ends the waiting, and the batch with it unless <see cref="BatchOptions.CancelOnAbort"/> is
    /// false.</param>
    public async Task<Batch> BatchAsync(string name, object inputs, BatchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var handle = await SubmitBatchAsync(name, inputs, options, cancellationToken);
        return await handle.ResultAsync(options?.OnProgress, options?.CancelOnAbort ?? true, cancellationToken);
    }

    /// <summary>Has many runs made, and tells how to follow them.</summary>
    /// <param name="name">The workflow.</param>
    /// <param name="inputs">A list of values, or an object with <c>matrix</c> and perhaps <c>input</c>.</param>
    /// <param name="options">What else the calls say.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    public async Task<BatchHandle> SubmitBatchAsync(string name, object inputs, CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        var body = await files.CarryAsync(inputs is IEnumerable and not IDictionary
            and not System.Text.Json.Nodes.JsonObject ? new { inputs } : inputs, cancellationToken);
        var shown = await connection.JsonAsync(
            new ApiRequest(HttpMethod.Post, ApiPaths.Batches(name, options.Version))
            {
                Query = (options with { Output = null }).Query,
                Body = body,
                IsRepeatable = false
            }, cancellationToken);
        return new(connection, new Batch(shown).Id, options.Output);
    }

    /// <summary>A run that is known by its id.</summary>
    /// <param name="id">The run's id.</param>
    /// <param name="wait">How long the answer may be held back for its end.</param>
    /// <param name="output">How outputs are wanted.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public Task<Run> GetAsync(string id, TimeSpan wait = default, OutputView? output = null,
        CancellationToken cancellationToken = default) =>
        new RunHandle(connection, id, output: output).StatusAsync(wait, cancellationToken);

    /// <summary>Runs, newest first.</summary>
    /// <param name="filters"><c>workflow</c>, <c>status</c>, <c>batch</c> and what else the server knows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<Run> ListAsync(IReadOnlyDictionary<string, string>? filters = null,
        CancellationToken cancellationToken = default) =>
        RunPages.ReadAsync(connection,
            [.. (filters ?? new Dictionary<string, string>()).Select(f => (f.Key, (string?)f.Value))], cancellationToken);

    /// <summary>The same call once more, as a run of its own.</summary>
    /// <param name="id">The run's id.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    public async Task<RunHandle> RetryAsync(string id, CancellationToken cancellationToken = default)
    {
        var run = new Run(connection,
            await connection.JsonAsync(new ApiRequest(HttpMethod.Post, ApiPaths.Retry(id)) { IsRepeatable = false }, cancellationToken));
        return new(connection, run.Id, run);
    }

    /// <summary>Takes up a run that was submitted before, maybe by another process.</summary>
    /// <param name="id">The run's id.</param>
    public RunHandle Handle(string id) => new(connection, id);

    /// <summary>Sends a file ahead of calls.</summary>
    /// <returns>What stands for it in values, for two days.</returns>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    public Task<string> UploadAsync(InputFile file, CancellationToken cancellationToken = default) =>
        files.UploadAsync(file, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => own?.Dispose();

    private async Task<RunHandle> SubmitAsync(string name, object? values, SubmitOptions options, bool cancelOnAbort,
        CancellationToken cancellationToken)
    {
        var body = await files.CarryAsync(values, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        // The call is not cut off half way: nobody would know whether there is a run.
        var posted = PostAsync(name, body, options);
        try
        {
            return await posted.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = cancelOnAbort ? CancelOnceMadeAsync(posted) : posted;
            throw;
        }
    }

    private async Task<RunHandle> PostAsync(string name, string body, SubmitOptions options)
    {
        var shown = await connection.JsonAsync(
            new ApiRequest(HttpMethod.Post, ApiPaths.Workflow(name, options.Version))
            {
                Query = options.Query,
                Headers = [
                    ("Prefer", "respond-async, return=representation"),
                    ("Idempotency-Key", options.IdempotencyKey ?? Guid.NewGuid().ToString()),
                    ("Cache-Control", options.Fresh ? "no-cache" : null),
                ],
                Body = body,
            },
            CancellationToken.None);
        var run = new Run(connection, shown);
        return new(connection, run.Id, run, options.Output);
    }

    private static async Task CancelOnceMadeAsync(Task<RunHandle> posted)
    {
        try
        {
            await (await posted).CancelBlindlyAsync();
        }
        catch (ComfyFuncException)
        {
            // No run was made.
        }
    }
}
