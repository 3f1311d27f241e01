namespace ComfyFunc.Engine.Runs;

/// <summary>A run's claim on one slot of one host, held by one attempt until it is given back.</summary>
public readonly record struct Lease(HostId Host, RunId Run, int Attempt)
{
    /// <summary>The prompt that this attempt submits: derived, so that a repeated attempt finds its own prompt.</summary>
    public PromptId Prompt => PromptId.Of(Run, Attempt);
}
