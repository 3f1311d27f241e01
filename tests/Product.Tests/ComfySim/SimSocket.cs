using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>One message of a socket: an event with its data, or a binary frame by its number.</summary>
internal sealed record Heard(string Type, JsonElement Data, byte[] Bytes)
{
    public string? PromptId => Text("prompt_id");

    public bool IsEnd => Type == "executing" && Data.GetProperty("node").ValueKind is JsonValueKind.Null;

    /// <summary>The event with what matters of it, for comparing whole sequences.</summary>
    public override string ToString() => Type switch
    {
        "status" => $"status {Data.GetProperty("status").GetProperty("exec_info").GetProperty("queue_remaining")}",
        "executing" or "executed" => $"{Type} {Text("node") ?? "null"}",
        "execution_cached" => $"{Type} {string.Join(",", Data.GetProperty("nodes").EnumerateArray().Select(n => n.GetString()))}".TrimEnd(),
        _ => Type,
    };

    public string? Text(string name) =>
        Data.ValueKind is JsonValueKind.Object && Data.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
        ? value.GetString() : null;
}

/// <summary>A WebSocket to a host, read all the time.</summary>
internal sealed class SimSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly Channel<Heard> heard = Channel.CreateUnbounded<Heard>();

    private SimSocket() { }

    /// <summary>How the server closed it; nothing when it was cut.</summary>
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public static async Task<SimSocket> OpenAsync(Uri host, string? clientId, string path = "ws", string? origin = null)
    {
        var opened = new SimSocket();
        if (origin is not null)
        {
            opened.socket.Options.SetRequestHeader("Origin", origin);
        }

        var query = clientId is null ? "" : $"?clientId={clientId}";
        await opened.socket.ConnectAsync(new UriBuilder(new Uri(host, path + query)) { Scheme = "ws" }.Uri, Deadline.Token);
        _ = opened.ReadAsync();
        return opened;
    }

    public Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Deadline.Token);

    public Task CloseAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Deadline.Token);

    public async Task<Heard> NextAsync() => await heard.Reader.ReadAsync(Deadline.Token);

    /// <returns>Everything up to and with the first message of which <paramref name="isLast"/> is true.</returns>
    public async Task<List<Heard>> UntilAsync(Func<Heard, bool> isLast)
    {
        var list = new List<Heard>();
        do
        {
            list.Add(await NextAsync());
        }
        while (!isLast(list[^1]));
        return list;
    }

    public Task<List<Heard>> UntilEndOfAsync(string promptId) => UntilAsync(h => h.IsEnd && h.PromptId == promptId);

    /// <summary>Waits until the connection is over, and hands out what came before that.</summary>
    public async Task<List<Heard>> UntilClosedAsync() => await heard.Reader.ReadAllAsync(Deadline.Token).ToListAsync(Deadline.Token);

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        var (buffer, message) = (new byte[64 << 10], new MemoryStream());
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(),
                CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } part)
            {
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }

                heard.Writer.TryWrite(Of(part.MessageType, message.ToArray()));
                message = new();
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut off, by either side.
        }

        heard.Writer.Complete();
    }

    private static Heard Of(WebSocketMessageType type, byte[] bytes)
    {
        if (type is WebSocketMessageType.Binary)
        {
            return new($"binary {BinaryPrimitives.ReadInt32BigEndian(bytes)}", default, bytes);
        }

        var json = JsonElement.Parse(bytes);
        return new(json.GetProperty("type").GetString()!, json.GetProperty("data"), bytes);
    }
}

/// <summary>How long a test waits for what must come.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static CancellationToken Token
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(Patience);
            return source.Token;
        }
    }
}

/// <summary>Time that a test lets pass.</summary>
internal static class PassingTime
{
    /// <summary>Goes on until the task is done: one cannot see from outside when a node has begun to wait.</summary>
    public static async Task<T> AdvanceUntilAsync<T>(this FakeTimeProvider clock, Task<T> done)
    {
        await clock.AdvanceUntilAsync(() => done.IsCompleted);
        return await done;
    }

    public static async Task AdvanceUntilAsync(this FakeTimeProvider clock, Func<bool> isSo)
    {
        var deadline = Deadline.Token;
        while (!isSo())
        {
            deadline.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
