using ComfyFunc.ComfySim.Models;

namespace ComfyFunc.ComfySim.Nodes;

/// <summary>The parts of a process that every node shares.</summary>
internal sealed class NodeHost(SimOptions options, SimFolders folders, VideoMemory memory)
{
    // The odd alphabet is ComfyUI's.
    private const string Letters = "abcdefghijklmnopqrstupvxyz";

    private readonly Dictionary<string, string> tempLetters = [];

    public SimOptions Options => options;

    public SimFolders Folders => folders;

    public VideoMemory Memory => memory;

    /// <summary>A node instance lives as long as prompts keep naming its id and class.</summary>
    public void KeepInstances(IEnumerable<string> nodes)
    {
        var kept = nodes.ToHashSet();
        foreach (var gone in tempLetters.Keys.Where(k => !kept.Contains(k)).ToList())
        {
            tempLetters.Remove(gone);
        }
    }

    public string TempLetters(string nodeId)
    {
        if (!tempLetters.TryGetValue(nodeId, out var letters))
        {
            tempLetters[nodeId] = letters = System.Security.Cryptography.RandomNumberGenerator.GetString(Letters, 5);
        }

        return letters;
    }
}
