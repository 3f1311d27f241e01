using System.Collections.Concurrent;
using System.Diagnostics;
using ComfyFunc.Simulation;

namespace ComfyFunc.Bench;

/// <summary>Plays many seeds of the pool's simulation, and names each that breaks a law.</summary>
internal static class Simulate
{
    public static int Run(int from, int count)
    {
        var began = Stopwatch.StartNew();
        var next = from - 1;
        var done = 0;
        var broken = new ConcurrentQueue<string>();
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        Console.WriteLine($"{count} seeds in {began.Elapsed.TotalSeconds:0} s, {broken.Count} broken.");
        return broken.IsEmpty ? 0 : 1;

        void Work()
        {
            for (int seed; (seed = Interlocked.Increment(ref next)) < from + count;)
            {
                foreach (var law in new SimWorld(seed).Play().Take(3))
                {
                    broken.Enqueue(law);
                    Console.WriteLine($"seed {seed}: {law}");
                }

                if (Interlocked.Increment(ref done) is var played && played % Math.Max(1, count / 20) == 0)
                {
                    Console.WriteLine($"{played} of {count} seeds, {played / began.Elapsed.TotalSeconds:0} a second.");
                }
            }
        }
    }
}
