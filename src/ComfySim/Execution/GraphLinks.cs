using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>Reads nodes and links out of a prompt.</summary>
internal static class GraphLinks
{
    public static string ClassOf(PyDict prompt, string nodeId) => Py.Str(((PyDict)prompt[nodeId]!)["class_type"]);

    public static PyDict InputsOf(PyDict prompt, string nodeId) => (PyDict)((PyDict)prompt[nodeId]!)["inputs"]!;

    /// <summary>A link is a list of a node id and a slot, whatever input it stands in.</summary>
    public static bool IsLink(object? value, out string nodeId, out int slot)
    {
        (nodeId, slot) = ("", 0);
        if (value is not PyList { Count: 2 } pair || pair[0] is not string id || !(Py.IsInt(pair[1]) || pair[1] is double))
        {
            return false;
        }

        (nodeId, slot) = (id, (int)Py.ToFloat(pair[1]));
        return true;
    }
}
