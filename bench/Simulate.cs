using System.Diagnostics;
using ComfyFunc.Simulation;

namespace ComfyFunc.Bench;

/// <summary>Plays many seeds of the pool's simulation, and names each that breaks a law.</summary>
internal static class Simulate
{
    public static int Run(int from, int count)
    {
        var began = Stopwatch.StartNew();
        var (played, broken) = (0, 0);
        Histories.Play(from, count, (seed, laws) =>
        {
            foreach (var law in laws.Take(3))
            {
                Interlocked.Increment(ref broken);
                Console.WriteLine($"seed {seed}: {law}");
            }

            if (Interlocked.Increment(ref played) is var done && done % Math.Max(1, count / 20) == 0)
            {
                Console.WriteLine($"{done} of {count} seeds, {done / began.Elapsed.TotalSeconds:0} a second.");
            }
        });
        Console.WriteLine($"{count} seeds in {began.Elapsed.TotalSeconds:0} s, {broken} laws broken.");
        return broken == 0 ? 0 : 1;
    }
}
