using System.Text.Json;

namespace ComfyFunc;

/// <summary>Refuses members of a body that nobody would read.</summary>
internal static class BodyMembers
{
    /// <param name="pointer">Where the object is.</param>
    /// <param name="what">What it is, at the beginning of a sentence.</param>
    /// <param name="code">The code of the faults.</param>
    public static IEnumerable<Fault> Unknown(JsonElement root, string pointer, string what, string[] known, string code = "invalid_request") =>
        root.ValueKind is JsonValueKind.Object
            ? root.EnumerateObject().Where(m => !known.Contains(m.Name, StringComparer.Ordinal)).Select(m => new Fault(code, $"{what}{Known(known)}; there is no '{m.Name}'.{Suggestion.Nearest(m.Name, known)}", JsonPointer.Under(pointer, m.Name)))
            : [];

    private static string Known(string[] known) => known switch
    {
        [] => "",
        [var only] => $" has {only} and nothing else",
        [.. var rest, var last] => $" has {string.Join(", ", rest)} and {last}, and nothing else",
    };
}
