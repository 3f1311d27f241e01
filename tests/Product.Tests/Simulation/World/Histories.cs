namespace ComfyFunc.Simulation;

/// <summary>Plays many histories, one seed each, on as many threads as there are processors: a history blocks its thread.</summary>
internal static class Histories
{
    /// <param name="ended">Told for every seed which laws it broke; from several threads.</param>
    public static void Play(int from, int count, Action<int, IReadOnlyList<string>> ended)
    {
        var next = from - 1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        void Work()
        {
            for (int seed; (seed = Interlocked.Increment(ref next)) < from + count;)
            {
                using var world = new SimWorld(seed);
                ended(seed, [.. world.Play()]);
            }
        }
    }
}
