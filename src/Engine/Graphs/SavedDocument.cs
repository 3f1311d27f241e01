using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// What lies in a body or a file that somebody saved: the graph, the prompt, or both, whatever ComfyUI or another service wrapped around
/// them.
/// </summary>
/// <param name="Graph">What ComfyUI saves for its editor.</param>
/// <param name="GraphPointer">Where in the body it is; empty when it is all of it.</param>
/// <param name="Prompt">The object of nodes that its API takes.</param>
/// <param name="PromptPointer">Where in the body it is; empty when it is all of it.</param>
/// <param name="Envelope">The body around them, with its other members; <see langword="null"/> when there is none.</param>
public sealed record SavedDocument(JsonElement? Graph, string GraphPointer, JsonElement? Prompt, string PromptPointer,
    JsonElement? Envelope)
{
    private const int Deepest = 6;

    // In the order in which they count. What /prompt takes has the graph in extra_data, for the pictures to be saved with it.
    private static readonly string[] Wrappers = ["prompt", "output", "workflow", "input", "extra_data", "extra_pnginfo"];

    private static readonly SavedDocument Nothing = new(null, "", null, "", null);

    /// <summary>Finds what the wrappers of ComfyUI and of other services hold.</summary>
    /// <returns>The document, or why there is neither a graph nor a prompt in it.</returns>
    public static (SavedDocument? Document, Fault? Fault) Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return (null, Refuse("", "A prompt is a JSON object of nodes: {\"1\":{\"class_type\":…,\"inputs\":{…}}}."));
        }

        var (found, fault) = Unwrap(body, "", Deepest);
        return found switch
        {
            { IsEmpty: true } =>
                (null, fault ?? Refuse("", $"This holds neither a graph nor a prompt, whose nodes each have a class_type. {Guess(body)}")),
            { Prompt: null } when fault is not null => (null, fault),
            { Graph: not null, GraphPointer: "" } or { Prompt: not null, PromptPointer: "" } => (found, null),
            _ => (found with { Envelope = body }, null),
        };
    }

    private static (SavedDocument Found, Fault? Fault) Unwrap(JsonElement at, string pointer, int depth)
    {
        if (at.ValueKind is not JsonValueKind.Object || depth == 0)
        {
            return (Nothing, null);
        }

        if (GraphReader.IsGraph(at))
        {
            return (Nothing with { Graph = at, GraphPointer = pointer }, null);
        }

        if (IsPrompt(at))
        {
            return (Nothing with { Prompt = at, PromptPointer = pointer }, null);
        }

        var all = Nothing;
        Fault? fault = null;
        foreach (var name in Wrappers)
        {
            var (found, refusal) = UnwrapMember(at, pointer, name, depth);
            all = all.Or(found);
            fault ??= refusal;
        }

        return all.IsEmpty && fault is null && depth == Deepest ? FromHistory(at, pointer) : (all, fault);
    }

    private static (SavedDocument Found, Fault? Fault) UnwrapMember(JsonElement at, string pointer, string name, int depth)
    {
        var (member, where) = (at.Member(name), JsonPointer.Under(pointer, name));
        return member.ValueKind switch
        {
            JsonValueKind.Array when name == "prompt" && member.GetArrayLength() > 2 => FromQueue(member, where, depth),
            JsonValueKind.String when LooksLikeJson(member) =>
                (Nothing, Refuse(where, $"{name} is JSON in a string. Send the object itself.")),
            _ => Unwrap(member, where, depth - 1),
        };
    }

    // [number, id, prompt, extra_data, outputs]
    private static (SavedDocument Found, Fault? Fault) FromQueue(JsonElement entry, string pointer, int depth)
    {
        var (found, fault) = Unwrap(entry[2], $"{pointer}/2", depth - 1);
        return entry.GetArrayLength() > 3 ? (found.Or(Unwrap(entry[3], $"{pointer}/3", depth - 1).Found), fault) : (found, fault);
    }

    // {id:{"prompt":[number,id,{…},…],"outputs":…}}
    private static (SavedDocument Found, Fault? Fault) FromHistory(JsonElement at, string pointer)
    {
        var entries = at.EnumerateObject().Where(p => p.Value.Member("prompt").ValueKind is JsonValueKind.Array).Take(2).ToArray();
        return entries switch
        {
            [] => (Nothing, null),
            [var entry] => Unwrap(entry.Value, JsonPointer.Under(pointer, entry.Name), Deepest - 1),
            _ => (Nothing, Refuse(pointer, "This is a history of several prompts. Send one of its entries.")),
        };
    }

    private bool IsEmpty => Graph is null && Prompt is null;

    private SavedDocument Or(SavedDocument other) => new(
        Graph ?? other.Graph, Graph is null ? other.GraphPointer : GraphPointer,
        Prompt ?? other.Prompt, Prompt is null ? other.PromptPointer : PromptPointer,
        null);

    private static bool IsPrompt(JsonElement at) => at.EnumerateObject().Any(p => IsNode(p.Value))
        || (at.EnumerateObject().Any() && at.EnumerateObject().All(p => LooksLikeNode(p.Value)));

    private static bool IsNode(JsonElement value) => value.Member("class_type").ValueKind is JsonValueKind.String;

    private static bool LooksLikeNode(JsonElement value) =>
        value.Member("inputs").ValueKind is JsonValueKind.Object && value.Member("outputs").ValueKind is JsonValueKind.Undefined;

    // A string is never null.
    private static bool LooksLikeJson(JsonElement text) => text.GetString()!.AsSpan().TrimStart().StartsWith("{");

    private static string Guess(JsonElement body)
    {
        var names = body.EnumerateObject().Select(p => p.Name).Take(8).ToArray();
        return body switch
        {
            _ when names.Length == 0 => "It is an empty object.",
            _ when body.EnumerateObject().Any(p => p.Value.Member("output_node").ValueKind is not JsonValueKind.Undefined) =>
                "It looks like what /object_info answers: a catalog of node classes.",
            _ when names.Contains("status") && names.Contains("id") => "It looks like the answer of a job, not like what was sent.",
            _ when names.Contains("openapi") => "It looks like an OpenAPI document.",
            _ when names.Contains("last_node_id") || names.Contains("links") => "It looks like a graph without its nodes.",
            _ when names.Contains("error") || names.Contains("node_errors") => "It looks like a refusal of ComfyUI's.",
            _ when names.Contains("input") => "It looks like the request of another service: its input has neither workflow nor prompt.",
            _ => $"It is an object with the member{(names.Length == 1 ? "" : "s")} {string.Join(", ", names)}.",
        };
    }

    private static Fault Refuse(string pointer, string detail) => new(FaultCode.InvalidWorkflow, detail, pointer);
}
