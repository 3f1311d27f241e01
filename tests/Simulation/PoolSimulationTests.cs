using System.Globalization;
using ComfyFunc.Simulation;

namespace ComfyFunc.Tests.Simulation;

/// <summary>Thousands of histories of a pool in which everything goes wrong, in virtual time over the real application.</summary>
public class PoolSimulationTests
{
    private const int Seeds = 200;

    [Fact]
    public void Whatever_goes_wrong_every_law_holds()
    {
        // COMFYFUNC_SEED replays one history.
        var seeds = Environment.GetEnvironmentVariable("COMFYFUNC_SEED") is { } seed ? [int.Parse(seed, CultureInfo.InvariantCulture)] : Enumerable.Range(1, Seeds);
        var broken = new System.Collections.Concurrent.ConcurrentBag<string>();
        foreach (var s in seeds)
        {
            foreach (var law in new SimWorld(s).Play())
            {
                broken.Add($"seed {s}: {law}");
            }
        }

        Assert.Empty(broken.Order(StringComparer.Ordinal).Take(20));
    }
}
