using System.Net.WebSockets;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Events;

/// <summary>One open WebSocket: sends one frame at a time and remembers what the client said it can read.</summary>
internal sealed class ClientSocket(WebSocket socket)
{
    private readonly SemaphoreSlim sending = new(1);

    public PyDict Flags { get; set; } = [];

    public bool ReadsPreviewMetadata => Flags.TryGetValue("supports_preview_metadata", out var value) && Py.Truth(value);

    public async Task SendAsync(WebSocketMessageType type, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            if (socket.State is WebSocketState.Open)
            {
                await socket.SendAsync(frame, type, endOfMessage: true, cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone. ComfyUI logs it and goes on.
        }
        finally
        {
            sending.Release();
        }
    }

    public void Abort() => socket.Abort();
}
