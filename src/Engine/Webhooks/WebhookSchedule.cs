using System.Collections.Immutable;

namespace ComfyFunc.Engine.Webhooks;

/// <summary>When a delivery that failed is tried again: the schedule that Standard Webhooks proposes, over about three days.</summary>
public static class WebhookSchedule
{
    /// <summary>The pause before each attempt.</summary>
    public static ImmutableArray<TimeSpan> Pauses { get; } =
    [
        TimeSpan.Zero,
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    // What a receiver that was away for long gets at once is spread over so much of the pause.
    private const double Spread = 0.1;

    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(24);

    /// <param name="attempts">How many have failed.</param>
    /// <param name="chance">0 to 1: where in the spread the next attempt falls.</param>
    /// <param name="wish">What the receiver said in Retry-After.</param>
    /// <returns>When the next is due; <see langword="null"/> when it was the last.</returns>
    public static DateTimeOffset? NextAfter(int attempts, DateTimeOffset now, double chance, TimeSpan? wish = null)
    {
        if (attempts >= Pauses.Length)
        {
            return null;
        }

        var pause = Pauses[attempts] * (1 + (Spread * chance));
        return now + (wish > pause ? (wish < LongestWish ? wish.Value : LongestWish) : pause);
    }
}
