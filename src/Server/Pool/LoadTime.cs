namespace ComfyFunc.Server.Pool;

/// <summary>Adds up for how long the nodes of a prompt executed that read model files, from the news of which node executes.</summary>
internal sealed class LoadTime(IReadOnlySet<string> loaders)
{
    private readonly Lock gate = new();
    private TimeSpan sum;
    private DateTimeOffset? since;

    /// <summary>Another node executes, or still the same one.</summary>
    public void Heard(string? node, DateTimeOffset now)
    {
        lock (gate)
        {
            sum = Sum(now);
            since = node is not null && loaders.Contains(node) ? now : null;
        }
    }

    public TimeSpan Until(DateTimeOffset now)
    {
        lock (gate)
        {
            return Sum(now);
        }
    }

    private TimeSpan Sum(DateTimeOffset now) => since is { } from && now > from ? sum + (now - from) : sum;
}
