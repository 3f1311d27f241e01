using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ComfyFunc.Engine;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// Speaks HTTP to one ComfyUI server. One method for each thing that is done to it; no answer is an answer of its own, with the reason
/// where it is known.
/// </summary>
public sealed partial class ComfyClient(HttpClient http, HostAddress host, ILogger<ComfyClient> logger)
{
    /// <summary>Tells the host's own extension that a file is written by this server, and with which version of a workflow.</summary>
    public const string SyncHeader = "ComfyFunc-Sync";

    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SubmitPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CatalogPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UploadPatience = TimeSpan.FromMinutes(10);

    private delegate Task<Asked<T>> Reader<T>(HttpResponseMessage response, CancellationToken cancellationToken) where T : class;

    private bool HasDoor => host.Door is not null;

    /// <summary>Queues a prompt under an id of our own, without which a lost answer could never be cleared up.</summary>
    /// <param name="promptJson">The object for the field <c>prompt</c>.</param>
    /// <param name="clientId">Whose WebSocket gets the events.</param>
    /// <param name="extraData">The object for the field <c>extra_data</c>: secret.</param>
    public async Task<SubmitReply> SubmitAsync(PromptId id, ReadOnlyMemory<byte> promptJson, string clientId,
        CancellationToken cancellationToken, string? extraData = null)
    {
        using var content = SubmitBody.Write(id, promptJson, clientId, extraData);
        var asked = await AskAsync<SubmitReply>(HttpMethod.Post, "prompt", content, SubmitPatience, ReadSubmitAsync, cancellationToken);
        switch (asked.Value)
        {
            case null:
                SubmitUnanswered(id);
                return new SubmitReply.Unanswered(asked.Fault?.Detail);
            case SubmitReply.Rejected rejected:
                PromptRejected(id, rejected.Type);
                return rejected;
            default:
                return asked.Value;
        }
    }

    /// <summary>Looks for a prompt: queue, history, and the queue again, since it may have moved on between the two.</summary>
    public async Task<Whereabouts> FindAsync(PromptId id, CancellationToken cancellationToken)
    {
        for (var look = 0; look < 2; look++)
        {
            var asked = await GetQueueAsync(cancellationToken);
            if (asked.Value is not { } queue)
            {
                return new Whereabouts.NoAnswer(asked.Fault?.Detail);
            }

            if (queue.Running.Contains(id))
            {
                return new Whereabouts.Executing();
            }

            if (queue.Pending.IndexOf(id) is var position and >= 0)
            {
                return new Whereabouts.Pending(position + queue.Running.Length);
            }

            switch (await GetHistoryAsync(id, cancellationToken))
            {
                case HistoryReply.Found found:
                    return new Whereabouts.Ended(found.Entry);
                case HistoryReply.NoAnswer none:
                    return new Whereabouts.NoAnswer(none.Detail);
            }
        }

        return new Whereabouts.Nowhere();
    }

    public async Task<HistoryReply> GetHistoryAsync(PromptId id, CancellationToken cancellationToken)
    {
        var asked = await GetObjectAsync($"history/{id}", "/history", cancellationToken);
        return asked.Value is not { } history ? new HistoryReply.NoAnswer(asked.Fault?.Detail)
            : history.Root.TryGetProperty(id.ToString(), out var entry) ? new HistoryReply.Found(HistoryEntry.Read(id, entry))
            : new HistoryReply.None();
    }

    /// <summary>The queue, sorted: ComfyUI lists a heap.</summary>
    public async Task<Asked<QueueView>> GetQueueAsync(CancellationToken cancellationToken)
    {
        var asked = await GetObjectAsync("queue", "/queue", cancellationToken);
        return asked.Value is { Root: var queue } ? new(QueueView.Read(queue)) : new(null, asked.Fault);
    }

    /// <summary>
    /// Asks that the prompt be taken off, whether it waits or executes; never touches another. That it was answered proves nothing: look
    /// afterwards.
    /// </summary>
    /// <returns><see langword="false"/> when there was no answer.</returns>
    public async Task<bool> CancelAsync(PromptId id, CancellationToken cancellationToken) =>
        await PostAsync("queue", new { delete = new[] { id.ToString() } }, cancellationToken)
        && await PostAsync("interrupt", new { prompt_id = id.ToString() }, cancellationToken);

    /// <summary>Unloads models and drops the cache, soon after.</summary>
    public Task<bool> FreeAsync(CancellationToken cancellationToken) =>
        PostAsync("free", new { unload_models = true, free_memory = true }, cancellationToken);

    /// <summary>Puts a file into the input folder, over any of the same name.</summary>
    public async Task<UploadReply> UploadAsync(string subfolder, string name, Stream content, string contentType,
        CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        using var file = new StreamContent(content);
        file.Headers.ContentType = MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : null;
        form.Add(file, "image", name);
        form.Add(new StringContent(subfolder), "subfolder");
        form.Add(new StringContent("input"), "type");
        form.Add(new StringContent("true"), "overwrite");
        var asked = await AskAsync<UploadReply>(HttpMethod.Post, "upload/image", form, UploadPatience, ReadUploadAsync, cancellationToken);
        return asked.Value ?? new UploadReply.NoAnswer(asked.Fault?.Detail);
    }

    /// <summary>Opens an output as a stream. There is no limit on the time that it takes as a whole, only on each silence.</summary>
    public async Task<OutputReply> OpenOutputAsync(OutputFile file, CancellationToken cancellationToken)
    {
        var query = $"view?filename={Uri.EscapeDataString(file.FileName)}"
            + $"&subfolder={Uri.EscapeDataString(file.Subfolder)}&type={Uri.EscapeDataString(file.Folder)}";
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ShortPatience);
            using var request = Request(HttpMethod.Get, query, null);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (HostFault.Of(response, "/view", HasDoor) is not { } fault)
            {
                var content = new PatientStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
                return new OutputReply.Opened(content, response.Content.Headers.ContentLength,
                    response.Content.Headers.ContentType?.ToString());
            }

            // ComfyUI says 403 of what lies outside its folders.
            var isMissing = response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden;
            response.Dispose();
            return isMissing ? new OutputReply.Missing() : new OutputReply.NoAnswer(fault.Detail);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return new OutputReply.NoAnswer(HostFault.Of(e, ShortPatience).Detail);
        }
    }

    /// <summary>The node catalog, as plain JSON.</summary>
    public async Task<CatalogReply> GetCatalogAsync(CancellationToken cancellationToken)
    {
        var asked = await GetObjectAsync("object_info", "/object_info", cancellationToken, CatalogPatience);
        return (asked.Value, asked.Fault) switch
        {
            ({ Json: var json }, _) => new CatalogReply.Read(json),
            (_, { Kind: HostFaultKind.Unauthorized, Detail: { } detail }) => new CatalogReply.Unauthorized(detail),
            (_, { Kind: HostFaultKind.Unreadable, Detail: { } detail }) => new CatalogReply.Unreadable(detail),
            var (_, fault) => new CatalogReply.NoAnswer(fault?.Detail),
        };
    }

    public async Task<Asked<SystemStats>> GetSystemStatsAsync(CancellationToken cancellationToken)
    {
        var asked = await GetObjectAsync("system_stats", "/system_stats", cancellationToken);
        return asked.Value is not { Root: var stats } ? new Asked<SystemStats>(null, asked.Fault)
            : SystemStats.Read(stats) is { } read ? new Asked<SystemStats>(read)
            : new HostFault(HostFaultKind.Unreadable, "It answered /system_stats with JSON that is none of a ComfyUI.");
    }

    /// <summary>What the host says that it can; nothing of servers that are too old to say.</summary>
    public async Task<HostFeatures> GetFeaturesAsync(CancellationToken cancellationToken) =>
        (await GetObjectAsync("features", "/features", cancellationToken)).Value is { Root: var features }
        ? HostFeatures.Read(features) : new();

    /// <summary>
    /// What stands in for node classes that are gone, by their names; nothing of servers that are too old to say (app/node_replace_manager.py).
    /// </summary>
    public async Task<JsonElement> GetNodeReplacementsAsync(CancellationToken cancellationToken) =>
        (await GetObjectAsync("node_replacements", "/node_replacements", cancellationToken)).Value is { Root: var replacements }
        ? replacements : default;

    private async Task<Asked<SubmitReply>> ReadSubmitAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode switch
        {
            HttpStatusCode.OK or HttpStatusCode.BadRequest when HostFault.Of(response, "/prompt", HasDoor) is null
                or { Kind: HostFaultKind.NoAnswer } =>
                SubmitReplyReader.Read(response.StatusCode,
                    HostJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), "/prompt")),
            HttpStatusCode.RequestEntityTooLarge =>
                new(new SubmitReply.Rejected("too_large", "The prompt is larger than the host takes.", [])),
            // ComfyUI answers malformed prompts with 500; but it can also have queued one and then stumbled. Others are of something before
            // it.
            _ => new(null, HostFault.Of(response, "/prompt", HasDoor)),
        };

    private async Task<Asked<UploadReply>> ReadUploadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.RequestEntityTooLarge)
        {
            return new(new UploadReply.TooLarge(UploadLimit.In(await response.Content.ReadAsStringAsync(cancellationToken))));
        }

        if (HostFault.Of(response, "/upload/image", HasDoor) is { } fault)
        {
            return fault.Kind is HostFaultKind.NoAnswer && (int)response.StatusCode is >= 400 and < 500
                ? new Asked<UploadReply>(new UploadReply.Refused((int)response.StatusCode, response.ReasonPhrase ?? ""))
                : fault;
        }

        return HostJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), "/upload/image") switch
        {
            HostJson.Readable { Root: var stored } when stored.Text("name") is { } name =>
                new Asked<UploadReply>(new UploadReply.Stored(name, stored.Text("subfolder") ?? "")),
            HostJson.Unreadable { Detail: var detail } => new HostFault(HostFaultKind.Unreadable, detail),
            _ => new HostFault(HostFaultKind.Unreadable, "It answered /upload/image without the name of the file."),
        };
    }

    private Task<Asked<HostJson.Readable>> GetObjectAsync(string path, string asked, CancellationToken cancellationToken,
        TimeSpan? patience = null) =>
        AskAsync<HostJson.Readable>(HttpMethod.Get, path, null, patience ?? ShortPatience,
            (r, ct) => ReadObjectAsync(r, asked, ct), cancellationToken);

    private async Task<Asked<HostJson.Readable>> ReadObjectAsync(HttpResponseMessage response, string asked,
        CancellationToken cancellationToken) =>
        HostFault.Of(response, asked, HasDoor) is { } fault ? fault
        : HostJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), asked) switch
        {
            HostJson.Readable { Root.ValueKind: JsonValueKind.Object } read => new Asked<HostJson.Readable>(read),
            HostJson.Unreadable { Detail: var detail } => new HostFault(HostFaultKind.Unreadable, detail),
            _ => new HostFault(HostFaultKind.Unreadable, $"It answered {asked} with JSON that is no object."),
        };

    private async Task<bool> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body);
        var asked = await AskAsync<object>(HttpMethod.Post, path, content, ShortPatience,
            (r, _) => Task.FromResult(new Asked<object>(r.IsSuccessStatusCode ? path : null)), cancellationToken);
        return asked.Value is not null;
    }

    private async Task<Asked<T>> AskAsync<T>(HttpMethod method, string path, HttpContent? content, TimeSpan patience, Reader<T> read,
        CancellationToken cancellationToken, string? mark = null) where T : class
    {
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patient.CancelAfter(patience);
        try
        {
            using var request = Request(method, path, content);
            if (mark is not null)
            {
                request.Headers.TryAddWithoutValidation(SyncHeader, mark);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patient.Token);
            return await read(response, patient.Token);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            NoAnswer(method.Method, path, e);
            return HostFault.Of(e, patience);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, host.Of(path)) { Content = content };
        foreach (var (name, value) in host.Door?.RequestHeaders ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && (e is HttpRequestException or OperationCanceledException or IOException);

    [LoggerMessage(EventIds.PromptRejected, LogLevel.Warning, "Prompt {PromptId} was rejected: {ErrorType}.")]
    private partial void PromptRejected(PromptId promptId, string errorType);

    [LoggerMessage(EventIds.SubmitUnanswered, LogLevel.Warning, "Submitting prompt {PromptId} got no answer.")]
    private partial void SubmitUnanswered(PromptId promptId);

    [LoggerMessage(EventIds.NoAnswer, LogLevel.Debug, "{Method} {Path} got no answer.")]
    private partial void NoAnswer(string method, string path, Exception exception);
}
