using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// Checks what stands around a prompt or a graph that is to be saved: a member that nobody reads is refused, so that nobody believes that it counts.
/// </summary>
internal static class EnvelopeCheck
{
    private static readonly string[] Wrappers = ["prompt", "output", "workflow", "input"];
    private static readonly string[] Own = ["requires", "settings", "extra_data", SourceReader.CatalogMember];

    // What ComfyUI's POST /prompt takes beside the prompt, and what its history has: no part of a workflow, and known to be none.
    private static readonly string[] OfComfy = ["client_id", "prompt_id", "number", "front", "partial_execution_targets",
        "outputs", "status", "meta"];

    public static ImmutableArray<Fault> Faults(SavedDocument document)
    {
        string[][] paths =
        [
            .. new[] { document.Prompt is null ? "" : document.PromptPointer, document.Graph is null ? "" : document.GraphPointer }
                .Where(p => p.Length > 0).Select(p => p.Split('/')[1..]),
        ];
        if (document.Envelope is not { } envelope || !paths.All(p => Wrappers.Contains(p[0]) || Own.Contains(p[0])))
        {
            return []; // A history, by the id of its prompt: ComfyUI's own words all the way.
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        faults.AddRange(Unknown(envelope, "", Own));
        foreach (var path in paths)
        {
            var (at, inner) = ("", envelope);
            foreach (var step in path.SkipLast(1).TakeWhile(s => Wrappers.Contains(s)))
            {
                (at, inner) = (JsonPointer.Under(at, step), inner.GetProperty(step));
                faults.AddRange(Unknown(inner, at, []));
            }
        }

        return [.. faults.Distinct()];
    }

    private static IEnumerable<Fault> Unknown(JsonElement around, string pointer, string[] own) =>
        from member in around.EnumerateObject()
        where !Wrappers.Contains(member.Name) && !own.Contains(member.Name) && !OfComfy.Contains(member.Name)
        select new Fault(
            FaultCode.InvalidRequest,
            $"Nobody reads '{member.Name}' here.{Suggestion.Nearest(member.Name, [.. Wrappers, .. own])} Beside a prompt may "
                + $"stand {string.Join(", ", Own)}.",
            JsonPointer.Under(pointer, member.Name));
}
