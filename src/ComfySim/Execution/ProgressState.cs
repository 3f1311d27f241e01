using System.Buffers.Binary;
using ComfyFunc.ComfySim.Events;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>Where every node of the running prompt stands, and the events that say so.</summary>
internal sealed class ProgressState(SocketHub hub, string promptId)
{
    private readonly PyDict nodes = [];

    public void Start(string nodeId)
    {
        nodes[nodeId] = Entry(nodeId, "running", 0.0, 1.0);
        Announce();
    }

    public void Finish(string nodeId)
    {
        var entry = (PyDict)(nodes.TryGetValue(nodeId, out var known) ? known : Entry(nodeId, "running", 0, 1))!;
        nodes[nodeId] = Entry(nodeId, "finished", entry["max"]!, entry["max"]!);
        Announce();
    }

    /// <summary>A ProgressBar update: the metadata preview goes before <c>progress</c>, the plain one after it.</summary>
    public void Update(string nodeId, int value, int max, Preview? preview)
    {
        nodes[nodeId] = Entry(nodeId, "running", value, max);
        Announce();

        var withMetadata = hub.ClientReadsPreviewMetadata;
        if (preview is not null && withMetadata)
        {
            hub.SendBinary(FrameWithMetadata(nodeId, preview), hub.ClientId);
        }

        hub.Send("progress", new() { ["value"] = value, ["max"] = max, ["prompt_id"] = promptId, ["node"] = nodeId }, hub.ClientId);

        if (preview is not null && !withMetadata)
        {
            hub.SendBinary(Frame(preview), hub.ClientId);
        }
    }

    private void Announce() =>
        hub.Send("progress_state", new() { ["prompt_id"] = promptId, ["nodes"] = nodes }, hub.ClientId);

    private PyDict Entry(string nodeId, string state, object value, object max) => new()
    {
        ["value"] = value,
        ["max"] = max,
        ["state"] = state,
        ["node_id"] = nodeId,
        ["prompt_id"] = promptId,
        ["display_node_id"] = nodeId,
        ["parent_node_id"] = null,
        ["real_node_id"] = nodeId,
    };

    private static byte[] Frame(Preview preview)
    {
        var frame = new byte[8 + preview.Bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 1);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), preview.IsPng ? 2 : 1);
        preview.Bytes.CopyTo(frame, 8);
        return frame;
    }

    private byte[] FrameWithMetadata(string nodeId, Preview preview)
    {
        var metadata = PyJson.Bytes(new PyDict
        {
            ["node_id"] = nodeId,
            ["prompt_id"] = promptId,
            ["display_node_id"] = nodeId,
            ["parent_node_id"] = null,
            ["real_node_id"] = nodeId,
            ["image_type"] = preview.IsPng ? "image/png" : "image/jpeg",
        });
        var frame = new byte[8 + metadata.Length + preview.Bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 4);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), metadata.Length);
        metadata.CopyTo(frame, 8);
        preview.Bytes.CopyTo(frame, 8 + metadata.Length);
        return frame;
    }
}

/// <summary>A picture that is only shown while a node works.</summary>
internal sealed record Preview(byte[] Bytes, bool IsPng = false);
