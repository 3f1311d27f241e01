using System.Text.Json;
using ComfyFunc.Engine.Graphs;

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

    /// <summary>Finds the prompt in the wrappers of ComfyUI and of other services.</summary>
    /// <returns>The document, or why there is no prompt in it.</returns>
    public static (PromptDocument? Document, Fault? Fault) Read(JsonElement body) => SavedDocument.Read(body) switch
    {
        ({ Prompt: { } prompt } found, _) => (new(prompt, found.PromptPointer, found.Envelope), null),
        ({ } found, _) => (null, new(FaultCode.InvalidWorkflow, HowToExport, found.GraphPointer)),
        (_, var fault) => (null, fault),
    };
}
