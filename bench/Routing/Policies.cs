using System.IO.Hashing;

namespace ComfyFunc.Bench.Routing;

/// <summary>Where the next run goes, by what others do: counting, hashing, or chance.</summary>
internal interface IRoutingPolicy
{
    string Name { get; }

    /// <summary>The host for the run, or <see langword="null"/> to let it wait until a slot comes free.</summary>
    /// <param name="outstanding">Prompts that each host holds, as this dispatcher knows it.</param>
    int? Choose(Arrival run, IReadOnlyList<int> outstanding);
}

internal sealed class RandomPolicy(int seed) : IRoutingPolicy
{
    private readonly Random random = new(seed);

    public string Name => "random";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding) => random.Next(outstanding.Count);
}

internal sealed class RoundRobin : IRoutingPolicy
{
    private int next;

    public string Name => "round robin";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding) => next++ % outstanding.Count;
}

internal sealed class PowerOfTwo(int seed) : IRoutingPolicy
{
    private readonly Random random = new(seed);

    public string Name => "power of two choices";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding)
    {
        var (a, b) = (random.Next(outstanding.Count), random.Next(outstanding.Count));
        return outstanding[b] < outstanding[a] ? b : a;
    }
}

internal sealed class LeastOutstanding : IRoutingPolicy
{
    private int start;

    public string Name => "least outstanding";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding)
    {
        start++; // Ties go round.
        return Enumerable.Range(0, outstanding.Count).Select(i => (i + start) % outstanding.Count).MinBy(i => outstanding[i]);
    }
}

internal sealed class LateBinding : IRoutingPolicy
{
    public string Name => "first come, late binding";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding)
    {
        for (var i = 0; i < outstanding.Count; i++)
        {
            if (outstanding[i] == 0)
            {
                return i;
            }
        }

        return null;
    }
}

/// <summary>
/// Consistent hashing by model; a host that holds more than a quarter above its share passes the run on to the next of the ring.
/// </summary>
internal sealed class BoundedHash : IRoutingPolicy
{
    private const double Bound = 1.25;

    public string Name => "hash by model, bounded load";

    public int? Choose(Arrival run, IReadOnlyList<int> outstanding)
    {
        var most = Math.Ceiling((outstanding.Sum() + 1) * Bound / outstanding.Count);
        var home = (int)(XxHash64.HashToUInt64(BitConverter.GetBytes(run.Model)) % (ulong)outstanding.Count);
        return Enumerable.Range(0, outstanding.Count).Select(i => (home + i) % outstanding.Count).First(i => outstanding[i] < most);
    }
}
