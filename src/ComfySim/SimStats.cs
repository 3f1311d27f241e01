namespace ComfyFunc.ComfySim;

/// <summary>What a host has done so far, over all its process lives: for tests that must know that nothing ran twice.</summary>
public sealed record SimStats
{
    /// <summary>How often the simulated process has started.</summary>
    public required int Lives { get; init; }

    /// <summary>Accepted submissions by prompt id.</summary>
    public required IReadOnlyDictionary<string, int> Submissions { get; init; }

    /// <summary>Started executions by prompt id.</summary>
    public required IReadOnlyDictionary<string, int> Executions { get; init; }

    public required IReadOnlyList<string> Running { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }

    public required int Interrupted { get; init; }

    /// <summary>Reads from disk by model file.</summary>
    public required IReadOnlyDictionary<string, int> ModelLoads { get; init; }

    /// <summary>Prompts that used a model which an earlier prompt had loaded, by model file.</summary>
    public required IReadOnlyDictionary<string, int> WarmHits { get; init; }

    /// <summary>Node executions that no cache spared, by class.</summary>
    public required IReadOnlyDictionary<string, int> NodesExecuted { get; init; }

    internal PyDict ToWire() => new()
    {
        ["lives"] = Lives,
        ["submissions"] = Map(Submissions),
        ["executions"] = Map(Executions),
        ["running"] = new PyList(Running),
        ["succeeded"] = Succeeded,
        ["failed"] = Failed,
        ["interrupted"] = Interrupted,
        ["model_loads"] = Map(ModelLoads),
        ["warm_hits"] = Map(WarmHits),
        ["nodes_executed"] = Map(NodesExecuted),
    };

    private static PyDict Map(IReadOnlyDictionary<string, int> counts) =>
        new(counts.Select(p => KeyValuePair.Create(p.Key, (object?)p.Value)));
}
