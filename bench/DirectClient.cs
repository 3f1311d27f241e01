using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace ComfyFunc.Bench;

/// <summary>
/// What an app would do without the façade: submit, wait for the end mark on the socket, read the history, download the picture.
/// </summary>
internal sealed class DirectClient(Uri host) : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly HttpClient http = new() { BaseAddress = host };
    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly byte[] buffer = new byte[1 << 20];

    public Task ConnectAsync() =>
        socket.ConnectAsync(new UriBuilder(new Uri(host, $"ws?clientId={id}")) { Scheme = "ws" }.Uri, CancellationToken.None);

    public async Task<byte[]> CallAsync(int color)
    {
        var prompt = JsonSerializer.Deserialize<JsonElement>(
            Rig.Prompt.Replace("\"color\":0", $"\"color\":{color}", StringComparison.Ordinal));
        using var submitted = await http.PostAsJsonAsync("prompt", new { prompt, client_id = id });
        // Accepted prompts have one.
        var promptId = (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("prompt_id").GetString()!;
        await EndAsync(promptId);
        var history = await http.GetFromJsonAsync<JsonElement>($"history/{promptId}");
        var file = history.GetProperty(promptId).GetProperty("outputs").GetProperty("2").GetProperty("images")[0];
        return await http.GetByteArrayAsync(
            new Uri($"view?filename={file.GetProperty("filename").GetString()}&type=output", UriKind.Relative));
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync(string promptId)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType is not WebSocketMessageType.Text)
            {
                continue;
            }

            var message = JsonElement.Parse(buffer.AsSpan(0, received.Count));
            if (message.GetProperty("type").ValueEquals("executing")
                && message.GetProperty("data").GetProperty("node").ValueKind is JsonValueKind.Null
                && message.GetProperty("data").GetProperty("prompt_id").ValueEquals(promptId))
            {
                return;
            }
        }
    }
}
