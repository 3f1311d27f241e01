using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>Is told that a prompt of ours has ended on its host.</summary>
public interface IPromptEnds
{
    Task EndedAsync(Lease lease, CancellationToken cancellationToken);
}
