using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>Is told that a prompt of ours has ended on its host.</summary>
public interface IPromptEnds
{
    /// <summary>A listener has heard or seen it.</summary>
    Task EndedAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>The host itself says so, to any process. Returns when the run has been told, if it can be at once.</summary>
    Task ToldAsync(Lease lease, CancellationToken cancellationToken);
}
