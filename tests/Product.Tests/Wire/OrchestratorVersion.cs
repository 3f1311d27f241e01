using System.Text.Json;

namespace ComfyFunc.Tests.Wire;

/// <summary>The version that new orchestrations get, as <c>host.json</c> has it.</summary>
internal static class OrchestratorVersion
{
    public static string Now { get; } = JsonElement.Parse(File.ReadAllBytes(Path.Combine(TestFolders.Root, "host.json")))
        .GetProperty("extensions").GetProperty("durableTask").GetProperty("defaultVersion").GetString()!; // It is set.
}
