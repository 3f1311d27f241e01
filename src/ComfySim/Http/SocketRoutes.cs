using System.Net.WebSockets;
using ComfyFunc.ComfySim.Events;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Http;

/// <summary>The WebSocket that events go out by.</summary>
internal static class SocketRoutes
{
    private const int LargestMessage = 4 << 20;

    public static void Map(WebApplication app, SimProcess process) => app.Both("GET", "/ws", context => ServeAsync(context, process));

    private static async Task ServeAsync(HttpContext context, SimProcess process)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.TextAsync(400, "No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".");
            return;
        }

        // ComfyUI itself never pings.
        using var accepted =
            await context.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan, DangerousEnableCompression = false });
        var id = context.Request.Query["clientId"] is [{ Length: > 0 } given, ..] ? given : Guid.NewGuid().ToString("N");
        var (hub, socket) = (process.Hub, new ClientSocket(accepted));
        hub.Add(id, socket);
        try
        {
            var status = process.Status();
            status["sid"] = id;
            await hub.SendNowAsync(socket, WebSocketMessageType.Text, SocketHub.Frame("status", status), process.Death);
            if (hub.ClientId == id && hub.LastNodeId is { } node)
            {
                await hub.SendNowAsync(socket, WebSocketMessageType.Text,
                    SocketHub.Frame("executing", new() { ["node"] = node }), process.Death);
            }

            await ReadAsync(accepted, socket, hub, process);
        }
        finally
        {
            hub.Remove(id, socket);
        }
    }

    private static async Task ReadAsync(WebSocket accepted, ClientSocket socket, SocketHub hub, SimProcess process)
    {
        var (buffer, message, isFirst) = (new byte[16 << 10], new MemoryStream(), true);
        try
        {
            while (true)
            {
                var received = await accepted.ReceiveAsync(buffer.AsMemory(), process.Death);
                if (received.MessageType is WebSocketMessageType.Close)
                {
                    await accepted.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, process.Death);
                    return;
                }

                message.Write(buffer, 0, received.Count);
                if (message.Length > LargestMessage)
                {
                    await accepted.CloseAsync(WebSocketCloseStatus.MessageTooBig, null, process.Death);
                    return;
                }

                if (!received.EndOfMessage)
                {
                    continue;
                }

                if (isFirst && FlagsIn(message) is { } flags)
                {
                    socket.Flags = flags;
                    await hub.SendNowAsync(socket, WebSocketMessageType.Text,
                        SocketHub.Frame("feature_flags", InfoRoutes.Features(process.Options)), process.Death);
                }

                (isFirst, message) = (false, new MemoryStream());
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The client is gone, or this process is.
        }
    }

    private static PyDict? FlagsIn(MemoryStream message)
    {
        try
        {
            return PyJson.Parse(message.GetBuffer().AsSpan(0, (int)message.Length)) is PyDict { } first
                && first.TryGetValue("type", out var type) && type is "feature_flags"
                ? first.GetValueOrDefault("data") as PyDict ?? []
                : null;
        }
        catch (Exception e) when (e is PythonException or System.Text.Json.JsonException or FormatException)
        {
            return null;
        }
    }
}
