using System.Collections.Concurrent;

namespace ComfyFunc.Server.Kit;

/// <summary>Lets a failure that comes again and again be said once a minute, with how often it was not said.</summary>
public sealed class RepeatedFailures(TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Said> said = new(StringComparer.Ordinal);

    /// <param name="failure">What is the same failure; there are only so many.</param>
    /// <param name="unsaid">How often it was not said since it last was.</param>
    /// <returns>Whether it is to be said now.</returns>
    public bool IsToBeSaid(string failure, out int unsaid)
    {
        var now = clock.GetUtcNow();
        var after = said.AddOrUpdate(failure, _ => new(now, 0, 0), (_, before) => now - before.At >= Pause ? new(now, before.Unsaid, 0)
            : before with { Unsaid = before.Unsaid + 1, Before = null });
        unsaid = after.Before ?? 0;
        return after.Before is not null;
    }

    /// <param name="At">When it was last said.</param>
    /// <param name="Before">How often it had not been said until then; <see langword="null"/> where it was just not said.</param>
    /// <param name="Unsaid">How often it was not since.</param>
    private sealed record Said(DateTimeOffset At, int? Before, int Unsaid);
}
