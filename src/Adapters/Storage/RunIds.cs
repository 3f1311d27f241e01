using System.Runtime.CompilerServices;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Makes run ids that sort by the moment of their making, also within one millisecond and when the clock steps back.</summary>
public static class RunIds
{
    // One sequence for each clock, so that a test's clock does not follow another one's.
    private static readonly ConditionalWeakTable<TimeProvider, Sequence> Sequences = [];

    public static RunId New(TimeProvider clock) => new(Sequences.GetOrCreateValue(clock).Next(clock.GetUtcNow()).ToString());

    /// <summary>What no id of this moment or a later one goes before: a bound of a listing.</summary>
    public static string From(DateTimeOffset time) => Ulid.NewUlid(time, stackalloc byte[10]).ToString();

    private sealed class Sequence
    {
        private readonly Lock gate = new();
        private Ulid last;

        public Ulid Next(DateTimeOffset now)
        {
            lock (gate)
            {
                var fresh = Ulid.NewUlid(now);
                return last = fresh.Time > last.Time ? fresh : Increment(last);
            }
        }

        // 80 random bits: they run over once in 2^80 starts, and then the time moves on by a millisecond, which is just as well.
        private static Ulid Increment(Ulid ulid)
        {
            Span<byte> bytes = stackalloc byte[16];
            ulid.TryWriteBytes(bytes);
            for (var i = bytes.Length - 1; i >= 0 && ++bytes[i] == 0; i--) { }
            return new(bytes);
        }
    }
}
