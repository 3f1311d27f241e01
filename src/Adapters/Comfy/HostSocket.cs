using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>A connection over which a host tells what it does.</summary>
internal interface IHostSocket : IAsyncDisposable
{
    /// <summary>What a prompt must be submitted under for its events to come here.</summary>
    string ClientId { get; }

    /// <summary>Reads until the connection ends, however it does.</summary>
    IAsyncEnumerable<HostFrame> ReadAsync(CancellationToken cancellationToken);

    void Abort();
}

/// <summary>Connects to a host.</summary>
/// <returns><see langword="null"/> when the host does not take the connection.</returns>
internal delegate Task<IHostSocket?> SocketOpener(HostAddress host, CancellationToken cancellationToken);

/// <summary>One WebSocket connection to a host, under a client id that is never used again: two sockets of one id go silent.</summary>
internal sealed class HostSocket : IHostSocket
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly byte[] FeatureFlags = """{"type":"feature_flags","data":{"supports_preview_metadata":true}}"""u8.ToArray();

    private readonly ClientWebSocket socket = new();

    private HostSocket()
    {
        // ComfyUI never pings, but it answers: a dead connection is found out.
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
        socket.Options.Proxy = null;
        socket.Options.SetRequestHeader("User-Agent", Product.UserAgent);
    }

    public string ClientId { get; } = Guid.NewGuid().ToString("N");

    public static async Task<IHostSocket?> OpenAsync(HostAddress host, CancellationToken cancellationToken)
    {
        var opened = new HostSocket();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectPatience);
        try
        {
            foreach (var (name, value) in host.Door?.RequestHeaders ?? [])
            {
                opened.socket.Options.SetRequestHeader(name, value);
            }

            var address =
                new UriBuilder(host.Of($"ws?clientId={opened.ClientId}")) { Scheme = host.Url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" };
            await opened.socket.ConnectAsync(address.Uri, patience.Token);
            await opened.socket.SendAsync(FeatureFlags, WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            return opened;
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested
                && (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException))
        {
            await opened.DisposeAsync();
            return null;
        }
    }

    public async IAsyncEnumerable<HostFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(64 << 10);
        while (await ReceiveAsync(buffer, cancellationToken) is { } type)
        {
            if ((type is WebSocketMessageType.Binary ? HostFrame.ReadBinary(buffer.WrittenMemory)
                : HostFrame.ReadText(buffer.WrittenMemory)) is { } frame)
            {
                yield return frame;
            }

            buffer.ResetWrittenCount();
        }
    }

    public void Abort() => socket.Abort();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<WebSocketMessageType?> ReceiveAsync(ArrayBufferWriter<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.GetMemory(16 << 10), cancellationToken);
                if (received.MessageType is WebSocketMessageType.Close)
                {
                    return null;
                }

                buffer.Advance(received.Count);
                if (received.EndOfMessage)
                {
                    return received.MessageType;
                }
            }
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested
                && (e is WebSocketException or IOException or InvalidOperationException or OperationCanceledException))
        {
            return null;
        }
    }
}
