using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Http;

/// <summary>Reads the members of a body, and refuses those that nobody would read.</summary>
internal static class BodyMembers
{
    /// <returns><see langword="null"/> for what is not said. Typed clients send null for it.</returns>
    public static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <param name="what">What the body is, at the beginning of a sentence.</param>
    public static IEnumerable<Fault> Unknown(JsonElement root, string what, string[] known) =>
        root.ValueKind is JsonValueKind.Object
            ? root.EnumerateObject().Where(m => !known.Contains(m.Name, StringComparer.Ordinal))
            .Select(m => new Fault(FaultCode.InvalidRequest,
                $"{what}{Known(known)}; there is no '{m.Name}'.{Suggestion.Nearest(m.Name, known)}",
                JsonPointer.Of(m.Name)))
            : [];

    private static string Known(string[] known) => known switch
    {
        [] => "",
        [var only] => $" has {only} and nothing else",
        [.. var rest, var last] => $" has {string.Join(", ", rest)} and {last}, and nothing else",
    };
}
