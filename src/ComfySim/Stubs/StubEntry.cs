using System.Text.Json;
using ComfyFunc.ComfySim.Nodes;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Stubs;

/// <summary>One class of a catalog that was handed in: its text, byte by byte, and the class that plays it.</summary>
/// <param name="Text">Name and description as they stand in the catalog.</param>
internal sealed record StubEntry(ReadOnlyMemory<byte> Text, NodeClass Class)
{
    /// <exception cref="FormatException">The catalog is no JSON object.</exception>
    public static List<StubEntry> Read(ReadOnlyMemory<byte> objectInfo, IReadOnlyDictionary<string, NodeClass> builtIn)
    {
        try
        {
            var members = new PyJsonReader(objectInfo.Span).ReadMembers();
            return [.. members.Select(
                m => new StubEntry(objectInfo[m.Text], StubClass.Of(m.Name, m.Value as PyDict ?? [], builtIn.GetValueOrDefault(m.Name))))];
        }
        catch (JsonException e)
        {
            throw new FormatException($"A catalog of node classes is a JSON object, as /object_info gives it: {e.Message}.", e);
        }
    }
}
