namespace ComfyFunc.ComfySim.Models;

/// <summary>The simulated graphics memory: which models are in it, and which one leaves first.</summary>
internal sealed class VideoMemory(SimOptions options, SimStatistics statistics)
{
    private readonly Lock gate = new();
    private readonly List<LoadedModel> resident = [];

    public double TotalGb => options.VramGb;

    public double UsedGb
    {
        get
        {
            lock (gate)
            {
                return resident.Sum(m => m.Gigabytes);
            }
        }
    }

    /// <summary>Reads a model from disk. Time passes in proportion to its size.</summary>
    public (LoadedModel Model, double Seconds) Load(string file, string promptId)
    {
        var model = new LoadedModel(file, ModelSizes.Of(file, options), promptId);
        statistics.ModelLoaded(file);
        return (model, model.Gigabytes * options.LoadSecondsPerGb);
    }

    /// <summary>Moves a model onto the card when it is not there, and what was used longest ago off it.</summary>
    /// <returns>The seconds that takes.</returns>
    public double Use(LoadedModel model, string promptId)
    {
        if (model.CountsAsWarm(promptId))
        {
            statistics.ModelWasWarm(model.File);
        }

        lock (gate)
        {
            var wasHere = resident.Remove(model);
            resident.Add(model);
            while (resident.Count > 1 && resident.Sum(m => m.Gigabytes) > options.VramGb)
            {
                resident.RemoveAt(0);
            }

            return wasHere ? 0 : model.Gigabytes * options.LoadSecondsPerGb / 10;
        }
    }

    public void UnloadAll()
    {
        lock (gate)
        {
            resident.Clear();
        }
    }
}

/// <summary>A model that a loader node has read, for as long as its result is cached.</summary>
internal sealed class LoadedModel(string file, double gigabytes, string promptId)
{
    private string lastPrompt = promptId;

    public string File => file;

    public double Gigabytes => gigabytes;

    /// <summary>Once per prompt, and not for the prompt that loaded it.</summary>
    public bool CountsAsWarm(string currentPrompt)
    {
        var isNew = lastPrompt != currentPrompt;
        lastPrompt = currentPrompt;
        return isNew;
    }
}
