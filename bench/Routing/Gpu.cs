namespace ComfyFunc.Bench.Routing;

/// <summary>A host as it really is: a queue, one prompt executing, and the models used last.</summary>
internal sealed class Gpu(int number, RoutingCase setting)
{
    private readonly List<int> resident = [];
    private double freeAt;

    public int Number => number;

    /// <summary>Prompts that it holds.</summary>
    public int Outstanding { get; set; }

    /// <summary>Takes a prompt to the end of its queue.</summary>
    /// <returns>When it will have begun and ended, and whether its model had to be loaded.</returns>
    public (double Begins, double Ends, bool Loads) Take(Arrival run, double now)
    {
        var begins = Math.Max(now, freeAt);
        var loads = !resident.Remove(run.Model);
        resident.Add(run.Model);
        if (resident.Count > setting.Resident)
        {
            resident.RemoveAt(0);
        }

        Outstanding++;
        freeAt = begins + run.Seconds + (loads ? setting.LoadSeconds : 0);
        return (begins, freeAt, loads);
    }
}
