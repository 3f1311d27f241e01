using System.Text.Json;

namespace ComfyFunc.Server.Pool;

/// <summary>Says what stands in for node classes that are gone.</summary>
public interface INodeReplacements
{
    /// <returns>What <c>/node_replacements</c> of ComfyUI answers: an object of arrays, by the class that is gone.</returns>
    Task<JsonElement> AskAsync(CancellationToken cancellationToken);
}
