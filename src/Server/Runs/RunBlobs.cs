using ComfyFunc.Engine;

namespace ComfyFunc.Server.Runs;

/// <summary>Names the blobs of a run, so that a repeated step writes the same ones and a removal finds them all.</summary>
public static class RunBlobs
{
    public static string PrefixOf(RunId id) => $"runs/{id}/";

    public static string Values(RunId id) => $"{PrefixOf(id)}values.json";

    public static string Input(RunId id, int index) => $"{PrefixOf(id)}inputs/{index}";

    /// <summary>The latest preview, while somebody follows the run from afar.</summary>
    public static string Preview(RunId id) => $"{PrefixOf(id)}preview";

    /// <summary>What came over a socket, and is on no host.</summary>
    public static string Picture(RunId id, int attempt, string name) => $"{PrefixOf(id)}pictures/{attempt}/{name}";

    /// <summary>What is made of the outputs for those who want them otherwise.</summary>
    public static string Rendition(RunId id, string name) => $"{PrefixOf(id)}renditions/{name}";

    /// <param name="index">Counts the files of one node in the order in which the history lists them.</param>
    public static string Output(RunId id, int attempt, string node, int index) =>
        $"{PrefixOf(id)}outputs/{attempt}/{Uri.EscapeDataString(node)}/{index}";
}
