using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Comfy;

/// <summary>Speaks HTTP to one ComfyUI server. One method for each thing that is done to it; no answer is an answer of its own.</summary>
/// <param name="http">Its base address is the server's, ending in a slash.</param>
public sealed partial class ComfyClient(HttpClient http, ILogger<ComfyClient> logger)
{
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SubmitPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CatalogPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UploadPatience = TimeSpan.FromMinutes(10);

    /// <summary>Queues a prompt under an id of our own, without which a lost answer could never be cleared up.</summary>
    /// <param name="promptJson">The object for the field <c>prompt</c>.</param>
    /// <param name="clientId">Whose WebSocket gets the events.</param>
    public async Task<SubmitReply> SubmitAsync(PromptId id, ReadOnlyMemory<byte> promptJson, string clientId, CancellationToken cancellationToken)
    {
        using var content = SubmitBody.Write(id, promptJson, clientId);
        var reply = await AskAsync(HttpMethod.Post, "prompt", content, SubmitPatience, SubmitReplyReader.ReadAsync, cancellationToken);
        switch (reply)
        {
            case null:
                SubmitUnanswered(id);
                return new SubmitReply.Unanswered();
            case SubmitReply.Rejected rejected:
                PromptRejected(id, rejected.Type);
                return rejected;
            default:
                return reply;
        }
    }

    /// <summary>Looks for a prompt: queue, history, and the queue again, since it may have moved on between the two.</summary>
    public async Task<Whereabouts> FindAsync(PromptId id, CancellationToken cancellationToken)
    {
        for (var look = 0; look < 2; look++)
        {
            if (await GetQueueAsync(cancellationToken) is not { } queue)
            {
                return new Whereabouts.NoAnswer();
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
                case HistoryReply.NoAnswer:
                    return new Whereabouts.NoAnswer();
            }
        }

        return new Whereabouts.Nowhere();
    }

    public async Task<HistoryReply> GetHistoryAsync(PromptId id, CancellationToken cancellationToken) =>
        await GetJsonAsync($"history/{id}", cancellationToken) is not { } history ? new HistoryReply.NoAnswer()
        : history.ValueKind is JsonValueKind.Object && history.TryGetProperty(id.ToString(), out var entry) ? new HistoryReply.Found(HistoryEntry.Read(id, entry))
        : new HistoryReply.None();

    /// <summary>The queue, sorted: ComfyUI lists a heap.</summary>
    public async Task<QueueView?> GetQueueAsync(CancellationToken cancellationToken) =>
        await GetJsonAsync("queue", cancellationToken) is { ValueKind: JsonValueKind.Object } queue
            ? new([.. Items(queue, "queue_running")], [.. Items(queue, "queue_pending")]) { IsRunningAudible = IsAudible(queue) }
            : null;

    // Without a client id in its extra_data a prompt's progress goes to every socket.
    private static bool IsAudible(JsonElement queue) =>
        queue.TryGetProperty("queue_running", out var items) && items.ValueKind is JsonValueKind.Array && items.GetArrayLength() > 0
        && items[0] is { ValueKind: JsonValueKind.Array } item && item.GetArrayLength() > 3
        && (item[3].ValueKind is not JsonValueKind.Object || !item[3].TryGetProperty("client_id", out _));

    /// <summary>Asks that the prompt be taken off, whether it waits or executes; never touches another. That it was answered proves nothing: look afterwards.</summary>
    /// <returns><see langword="false"/> when there was no answer.</returns>
    public async Task<bool> CancelAsync(PromptId id, CancellationToken cancellationToken) =>
        await PostAsync("queue", new { delete = new[] { id.ToString() } }, cancellationToken)
        && await PostAsync("interrupt", new { prompt_id = id.ToString() }, cancellationToken);

    /// <summary>Unloads models and drops the cache, soon after.</summary>
    public Task<bool> FreeAsync(CancellationToken cancellationToken) => PostAsync("free", new { unload_models = true, free_memory = true }, cancellationToken);

    /// <summary>Puts a file into the input folder, over any of the same name.</summary>
    public async Task<UploadReply> UploadAsync(string subfolder, string name, Stream content, string contentType, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        using var file = new StreamContent(content);
        file.Headers.ContentType = MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : null;
        form.Add(file, "image", name);
        form.Add(new StringContent(subfolder), "subfolder");
        form.Add(new StringContent("input"), "type");
        form.Add(new StringContent("true"), "overwrite");
        return await AskAsync<UploadReply>(HttpMethod.Post, "upload/image", form, UploadPatience, ReadUploadAsync, cancellationToken) ?? new UploadReply.NoAnswer();
    }

    /// <summary>Opens an output as a stream. There is no limit on the time that it takes as a whole, only on each silence.</summary>
    public async Task<OutputReply> OpenOutputAsync(OutputFile file, CancellationToken cancellationToken)
    {
        var query = $"view?filename={Uri.EscapeDataString(file.FileName)}&subfolder={Uri.EscapeDataString(file.Subfolder)}&type={Uri.EscapeDataString(file.Folder)}";
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ShortPatience);
            var response = await http.GetAsync(new Uri(query, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.IsSuccessStatusCode)
            {
                var content = new PatientStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
                return new OutputReply.Opened(content, response.Content.Headers.ContentLength, response.Content.Headers.ContentType?.ToString());
            }

            var isMissing = response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden;
            response.Dispose();
            return isMissing ? new OutputReply.Missing() : new OutputReply.NoAnswer();
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return new OutputReply.NoAnswer();
        }
    }

    /// <summary>The node catalog as it came; <see langword="null"/> when there is no answer.</summary>
    public Task<byte[]?> GetCatalogAsync(CancellationToken cancellationToken) =>
        AskAsync<byte[]>(HttpMethod.Get, "object_info", null, CatalogPatience, async (r, ct) => r.IsSuccessStatusCode ? await r.Content.ReadAsByteArrayAsync(ct) : null, cancellationToken);

    public async Task<SystemStats?> GetSystemStatsAsync(CancellationToken cancellationToken)
    {
        if (await GetJsonAsync("system_stats", cancellationToken) is not { ValueKind: JsonValueKind.Object } stats || !stats.TryGetProperty("system", out var system) || system.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var devices = stats.TryGetProperty("devices", out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray() : default;
        return new(Text(system, "comfyui_version"), devices.Select(d => d.ValueKind is JsonValueKind.Object && d.TryGetProperty("vram_total", out var total) && total.ValueKind is JsonValueKind.Number && total.TryGetInt64(out var bytes) ? bytes : 0).DefaultIfEmpty().Max());
    }

    private static IEnumerable<PromptId> Items(JsonElement queue, string name) =>
        queue.TryGetProperty(name, out var items) && items.ValueKind is JsonValueKind.Array
            ? items.EnumerateArray()
                .Where(i => i.ValueKind is JsonValueKind.Array && i.GetArrayLength() > 1 && i[1].ValueKind is JsonValueKind.String)
                .OrderBy(i => i[0].ValueKind is JsonValueKind.Number ? i[0].GetDouble() : 0)
                .Select(i => Guid.TryParse(i[1].GetString(), out var id) ? new PromptId(id) : default) // Others' ids may be anything; they count as places in the queue.
            : [];

    private static async Task<UploadReply?> ReadUploadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            return (int)response.StatusCode is >= 400 and < 500 ? new UploadReply.Refused((int)response.StatusCode, response.ReasonPhrase ?? "") : null;
        }

        var stored = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return Text(stored, "name") is { } name ? new UploadReply.Stored(name, Text(stored, "subfolder") ?? "") : null;
    }

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;

    private async Task<JsonElement?> GetJsonAsync(string path, CancellationToken cancellationToken) =>
        await AskAsync<object>(HttpMethod.Get, path, null, ShortPatience, async (r, ct) => r.IsSuccessStatusCode ? await r.Content.ReadFromJsonAsync<JsonElement>(ct) : null, cancellationToken) as JsonElement?;

    private async Task<bool> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body);
        return await AskAsync<object>(HttpMethod.Post, path, content, ShortPatience, (r, _) => Task.FromResult<object?>(r.IsSuccessStatusCode ? true : null), cancellationToken) is not null;
    }

    /// <returns>What was read; <see langword="null"/> when there was no answer, or none that can be understood.</returns>
    private async Task<T?> AskAsync<T>(
        HttpMethod method, string path, HttpContent? content, TimeSpan patience, Func<HttpResponseMessage, CancellationToken, Task<T?>> read, CancellationToken cancellationToken) where T : class
    {
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patient.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patient.Token);
            return await read(response, patient.Token);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            NoAnswer(method.Method, path, e);
            return null;
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && (e is HttpRequestException or OperationCanceledException or IOException or JsonException or InvalidOperationException);

    [LoggerMessage(LogLevel.Warning, "Prompt {PromptId} was rejected: {ErrorType}.")]
    private partial void PromptRejected(PromptId promptId, string errorType);

    [LoggerMessage(LogLevel.Warning, "Submitting prompt {PromptId} got no answer.")]
    private partial void SubmitUnanswered(PromptId promptId);

    [LoggerMessage(LogLevel.Debug, "{Method} {Path} got no answer.")]
    private partial void NoAnswer(string method, string path, Exception exception);
}
