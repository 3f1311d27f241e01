namespace ComfyFunc.Engine.Workflows;

/// <summary>What a check found: something that ComfyUI will surely refuse, or something that it may.</summary>
internal abstract record Finding(string Detail)
{
    public sealed record Wrong(string Detail) : Finding(Detail);

    /// <param name="Code">The code of the warning.</param>
    public sealed record Doubtful(string Code, string Detail) : Finding(Detail);
}
