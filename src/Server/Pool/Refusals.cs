using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Server.Pool;

/// <summary>Whose refusal it is when ComfyUI does not take a prompt.</summary>
public enum RefusalKind
{
    /// <summary>The prompt is wrong wherever it goes.</summary>
    ByAnyHost,

    /// <summary>This host lacks a file, or has other limits: another may take it.</summary>
    ByThisHost,

    /// <summary>The same, whatever values a call sets: it lacks a class, an input or a model.</summary>
    WhateverTheValues,
}

/// <summary>
/// Tells refusals that another host may not share from those that all would (protocol: the error types of <c>POST /prompt</c>).
/// </summary>
internal static class Refusals
{
    public static RefusalKind KindOf(SubmitReply.Rejected reply) => reply.Type switch
    {
        "too_large" => RefusalKind.ByThisHost,
        "missing_node_type" or "invalid_prompt" => RefusalKind.WhateverTheValues, // An unknown class: 0.3.64 has no type of its own for it.
        _ when reply.Nodes.IsEmpty => RefusalKind.ByAnyHost, // No outputs, a circle.
        _ when reply.Nodes.SelectMany(n => n.Errors)
            .All(e => e.Type is "required_input_missing" or "return_type_mismatch" or "bad_linked_input") => RefusalKind.WhateverTheValues,
        _ => RefusalKind.ByThisHost,
    };
}
