using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>Warms up hosts that join, and those that have to prove themselves after a rest.</summary>
public interface IWarmUps
{
    /// <summary>Starts the warm-up if the host needs one and none is under way, whichever process sees it first.</summary>
    Task StartAsync(PoolHost host, CancellationToken cancellationToken);
}
