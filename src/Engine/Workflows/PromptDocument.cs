using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>A body that was sent to be saved: the prompt in it, and what else it says of the workflow.</summary>
/// <param name="Prompt">The object of nodes.</param>
/// <param name="Pointer">Where in the body it is; empty when it is all of it.</param>
/// <param name="Envelope">The body around the prompt, which may have <c>requires</c> and <c>settings</c>; <see langword="null"/> when there
/// is none.</param>
public sealed record PromptDocument(JsonElement Prompt, string Pointer, JsonElement? Envelope)
{
    private const string HowToExport =
        "This is a graph, the format that ComfyUI saves for its own editor. Send the prompt format: in ComfyUI choose Workflow > Export "
            + "(API).";
    private const int Deepest = 4;

    /// <summary>Finds the prompt in the wrappers of ComfyUI and of other services.</summary>
    /// <returns>The document, or why there is no prompt in it.</returns>
    public static (PromptDocument? Document, Fault? Fault) Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return (null, Refuse("", "A prompt is a JSON object of nodes: {\"1\":{\"class_type\":…,\"inputs\":{…}}}."));
        }

        return Unwrap(body, "", Deepest) switch
        {
            (null, var fault) => (null, fault ?? Refuse("", $"This holds no prompt, whose nodes each have a class_type. {Guess(body)}")),
            ({ } found, _) => (found with { Envelope = found.Pointer.Length == 0 ? null : body }, null),
        };
    }

    private static (PromptDocument? Document, Fault? Fault) Unwrap(JsonElement at, string pointer, int depth)
    {
        if (at.ValueKind is not JsonValueKind.Object || depth == 0)
        {
            return (null, null);
        }

        if (IsGraph(at))
        {
            return (null, Refuse(pointer, HowToExport));
        }

        if (at.EnumerateObject().Any(p => IsNode(p.Value))
            || (at.EnumerateObject().Any() && at.EnumerateObject().All(p => LooksLikeNode(p.Value))))
        {
            return (new(at, pointer, null), null);
        }

        Fault? fault = null;
        foreach (var name in new[] { "prompt", "output", "workflow", "input" })
        {
            if (!at.TryGetProperty(name, out var inner))
            {
                continue;
            }

            var where = JsonPointer.Under(pointer, name);
            var (found, refusal) = inner.ValueKind switch
            {
                JsonValueKind.Array when name == "prompt" && inner.GetArrayLength() > 2 => Unwrap(inner[2], $"{where}/2", depth - 1),
                JsonValueKind.String when LooksLikeJson(inner) =>
                    (null, Refuse(where, $"{name} is JSON in a string. Send the object itself.")),
                _ => Unwrap(inner, where, depth - 1),
            };
            if (found is not null)
            {
                return (found, null);
            }

            fault ??= refusal;
        }

        return fault is null && depth == Deepest ? FromHistory(at, pointer) : (null, fault);
    }

    // {id:{"prompt":[number,id,{…},…],"outputs":…}}
    private static (PromptDocument? Document, Fault? Fault) FromHistory(JsonElement at, string pointer)
    {
        var entries = at.EnumerateObject().Where(p => MemberOf(p.Value, "prompt") is { ValueKind: JsonValueKind.Array }).Take(2).ToArray();
        return entries switch
        {
            [] => (null, null),
            [var entry] => Unwrap(entry.Value, JsonPointer.Under(pointer, entry.Name), Deepest - 1),
            _ => (null, Refuse(pointer, "This is a history of several prompts. Send one of its entries.")),
        };
    }

    private static bool IsGraph(JsonElement at) => at.TryGetProperty("nodes", out var nodes) && nodes.ValueKind is JsonValueKind.Array;

    private static bool IsNode(JsonElement value) => MemberOf(value, "class_type") is { ValueKind: JsonValueKind.String };

    private static bool LooksLikeNode(JsonElement value) =>
        MemberOf(value, "inputs") is { ValueKind: JsonValueKind.Object } && MemberOf(value, "outputs") is null;

    private static JsonElement? MemberOf(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : null;

    // A string is never null.
    private static bool LooksLikeJson(JsonElement text) => text.GetString()!.AsSpan().TrimStart().StartsWith("{");

    private static string Guess(JsonElement body)
    {
        var names = body.EnumerateObject().Select(p => p.Name).Take(8).ToArray();
        return body switch
        {
            _ when names.Length == 0 => "It is an empty object.",
            _ when body.EnumerateObject().Any(p => MemberOf(p.Value, "output_node") is not null) =>
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
