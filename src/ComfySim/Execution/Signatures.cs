using System.Security.Cryptography;
using System.Text;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>The cache keys of a prompt's nodes: the class and the inputs, recursively, but not the node's id.</summary>
internal sealed class Signatures(PyDict prompt, NodeCatalog catalog, SimFolders folders)
{
    private readonly Dictionary<string, string> known = [];

    public string Of(string nodeId)
    {
        if (known.TryGetValue(nodeId, out var signature))
        {
            return signature;
        }

        known[nodeId] = "cycle";
        return known[nodeId] = Compute(nodeId);
    }

    private string Compute(string nodeId)
    {
        if (!prompt.TryGetValue(nodeId, out var entry) || entry is not PyDict node)
        {
            return "missing";
        }

        if (!node.TryGetValue("inputs", out var found) || found is not PyDict inputs)
        {
            return "broken:" + nodeId;
        }

        var text = new StringBuilder(GraphLinks.ClassOf(prompt, nodeId)).Append('\n');
        text.Append(IsChanged(node, inputs)).Append('\n');
        foreach (var (name, value) in inputs.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('=');
            text.Append(GraphLinks.IsLink(value, out var from, out var slot) ? $"<{Of(from)}:{slot}>" : PyJson.Dumps(value)).Append('\n');
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())), 0, 16);
    }

    /// <summary>ComfyUI writes the answer into the prompt, where the PNG metadata shows it.</summary>
    private string IsChanged(PyDict node, PyDict inputs)
    {
        if (catalog.Find(Py.Str(node["class_type"]))?.IsChanged is not { } ask)
        {
            return "";
        }

        if (!node.TryGetValue("is_changed", out var answer))
        {
            node["is_changed"] = answer = new PyList { ask(inputs, folders) };
        }

        // NaN equals nothing, itself included: such a node is never found again.
        return answer is PyList list && list.Contains(double.NaN) ? Guid.NewGuid().ToString("N") : PyJson.Dumps(answer);
    }
}
