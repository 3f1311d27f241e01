using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using ComfyFunc.ComfySim.Http;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Events;

/// <summary>
/// Every open socket by client id, and the one loop that publishes to them: a client that stops reading stalls the others.
/// </summary>
internal sealed class SocketHub(SimFaults faults)
{
    private readonly Channel<Outgoing> messages = Channel.CreateUnbounded<Outgoing>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, ClientSocket> sockets = new();
    private readonly ConcurrentDictionary<ClientSocket, bool> open = new();

    /// <summary>Who submitted the prompt that runs, or ran last; null makes its events go to everybody or nobody.</summary>
    public string? ClientId { get; set; }

    public string? LastNodeId { get; set; }

    public string? LastPromptId { get; set; }

    public bool ClientReadsPreviewMetadata =>
        ClientId is { } id && sockets.TryGetValue(id, out var socket) && socket.ReadsPreviewMetadata;

    /// <summary>Queues an event for one client, or for all when <paramref name="clientId"/> is null.</summary>
    public void Send(string type, PyDict data, string? clientId) =>
        messages.Writer.TryWrite(new(WebSocketMessageType.Text, Frame(type, data), clientId));

    public void SendBinary(byte[] frame, string? clientId) =>
        messages.Writer.TryWrite(new(WebSocketMessageType.Binary, frame, clientId));

    /// <summary>Tells the submitting client; a prompt without a client id tells nobody.</summary>
    public void SendToClient(string type, PyDict data)
    {
        if (ClientId is { } id)
        {
            Send(type, data, id);
        }
    }

    public static byte[] Frame(string type, PyDict data) => PyJson.Bytes(new PyDict { ["type"] = type, ["data"] = data });

    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in messages.Reader.ReadAllAsync(cancellationToken))
        {
            foreach (var socket in Audience(message.ClientId))
            {
                await SendNowAsync(socket, message.Type, message.Bytes, cancellationToken);
            }
        }
    }

    public async Task SendNowAsync(ClientSocket socket, WebSocketMessageType type, byte[] frame, CancellationToken cancellationToken)
    {
        if (!faults.SilentSockets)
        {
            await socket.SendAsync(type,
                type is WebSocketMessageType.Text ? OddAnswers.Frame(faults, frame, LastPromptId) : frame, cancellationToken);
        }
    }

    public void Add(string clientId, ClientSocket socket)
    {
        open[socket] = true;
        sockets[clientId] = socket;
    }

    /// <summary>Forgets whichever socket has the id now, as ComfyUI does: not always the one that closed.</summary>
    public void Remove(string clientId, ClientSocket socket)
    {
        open.TryRemove(socket, out _);
        sockets.TryRemove(clientId, out _);
    }

    public void DropAll()
    {
        foreach (var socket in open.Keys)
        {
            socket.Abort();
        }
    }

    private IEnumerable<ClientSocket> Audience(string? clientId) =>
        clientId is null ? sockets.Values : sockets.TryGetValue(clientId, out var socket) ? [socket] : [];

    private readonly record struct Outgoing(WebSocketMessageType Type, byte[] Bytes, string? ClientId);
}
