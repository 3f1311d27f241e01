using System.Collections.Concurrent;
using System.Globalization;
using ComfyFunc.Simulation;

namespace ComfyFunc.Tests.Simulation;

/// <summary>A thousand histories of a pool in which everything goes wrong, in virtual time over the real application.</summary>
public class PoolSimulationTests
{
    private const int Seeds = 1000;

    [Fact]
    public void Whatever_goes_wrong_every_law_holds()
    {
        // COMFYFUNC_SEED replays one history.
        var only = Environment.GetEnvironmentVariable("COMFYFUNC_SEED");
        var broken = new ConcurrentQueue<string>();
        Histories.Play(only is null ? 1 : int.Parse(only, CultureInfo.InvariantCulture), only is null ? Seeds : 1, (seed, laws) =>
        {
            foreach (var law in laws)
            {
                broken.Enqueue($"seed {seed}: {law}");
            }
        });

        Assert.Empty(broken.Order(StringComparer.Ordinal).Take(20));
    }
}
