using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Queueing;

/// <summary>One accepted prompt: the tuple that ComfyUI keeps in its queue and writes into its history.</summary>
/// <param name="Number">A long when counted, a double when the client gave it.</param>
/// <param name="ExtraData">Normally a dict; a null kills the worker, as it does in ComfyUI.</param>
internal sealed record PromptItem(object Number, string PromptId, PyDict Prompt, object? ExtraData, PyList Outputs)
{
    /// <summary>Completes when whoever posted it has been answered, or has hung up.</summary>
    public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PyList ToWire() => [Number, PromptId, Prompt, ExtraData, Outputs];

    /// <summary>A copy that later changes to the prompt do not reach.</summary>
    public PromptItem Frozen() => this with { Prompt = (PyDict)Py.Copy(Prompt)!, ExtraData = Py.Copy(ExtraData) };

    /// <summary>The history hides the keys with which a prompt may pay for itself.</summary>
    public PromptItem WithoutSecrets()
    {
        if (ExtraData is PyDict extra)
        {
            extra.Remove("auth_token_comfy_org");
            extra.Remove("api_key_comfy_org");
        }

        return this;
    }
}
