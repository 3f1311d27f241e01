using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Stubs;

/// <summary>Runs a class that is only described.</summary>
internal static class StubRun
{
    public static async ValueTask<NodeResult> RunAsync(NodeClass node, NodeContext c)
    {
        await c.SpendUnlessInterruptedAsync(c.Options.StubSeconds);
        var outputs = StubValues.Fill(node, c, []);
        return new(outputs, node.IsOutput ? StubOutputs.Show(node, c, outputs) : null);
    }

    /// <summary>Runs a built-in class, and makes up the outputs that only its description has.</summary>
    public static async ValueTask<NodeResult> FillAsync(NodeClass described, NodeClass builtIn, NodeContext c)
    {
        var result = await builtIn.Run(c);
        return result with { Outputs = StubValues.Fill(described, c, result.Outputs) };
    }

    /// <summary>What is in the files that a loader names: another content is another result.</summary>
    public static Func<PyDict, SimFolders, object?>? FilesOf(NodeClass node)
    {
        var inputs = node.Inputs.Where(i => i.TakesFiles).Select(i => i.Name).ToList();
        return inputs.Count == 0
            ? null
            : (given, folders) =>
            string.Concat(inputs.Where(given.ContainsKey).Select(i => ImageNodes.HashOf(folders.PathOfInput(Py.Str(given[i])))));
    }
}
