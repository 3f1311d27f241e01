namespace ComfyFunc.Engine.Pool;

/// <summary>Prompts in a host's queue that no run of ours waits for. They come before whatever is placed behind them.</summary>
/// <param name="Since">When the host's queue last moved.</param>
public sealed record ForeignWork(int Prompts, DateTimeOffset Since)
{
    // Nobody knows what it is: a picture that has to load its model.
    private const double SecondsEach = 15;

    // Longer than most pictures take: what does not move for so long may take for ever, and whoever has waited behind it has waited in
    // vain.
    private static readonly TimeSpan BlocksAfter = TimeSpan.FromSeconds(20);

    /// <summary>What has taken long is expected to take long yet.</summary>
    public double RemainingSeconds(DateTimeOffset now) => Math.Max(Prompts * SecondsEach, (now - Since).TotalSeconds / 2);

    /// <summary>Whether nothing is placed behind it until the queue moves.</summary>
    public bool Blocks(DateTimeOffset now) => now - Since >= BlocksAfter;
}
