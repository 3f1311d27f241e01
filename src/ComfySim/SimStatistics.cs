namespace ComfyFunc.ComfySim;

/// <summary>Counts what happened on a host over all its process lives.</summary>
internal sealed class SimStatistics
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> executions = [];
    private readonly Dictionary<string, int> submissions = [];
    private readonly Dictionary<string, int> modelLoads = [];
    private readonly Dictionary<string, int> warmHits = [];
    private readonly Dictionary<string, int> nodesExecuted = [];
    private readonly Dictionary<string, int> outcomes = [];
    private readonly HashSet<string> running = [];
    private int lives;

    public void ProcessStarted()
    {
        lock (gate)
        {
            lives++;
            running.Clear();
        }
    }

    public void PromptSubmitted(string promptId) => Count(submissions, promptId);

    public void PromptStarted(string promptId)
    {
        Count(executions, promptId);
        lock (gate)
        {
            running.Add(promptId);
        }
    }

    /// <summary>Counts an end at the moment of its record: whoever sees one sees the other, whichever is looked at first.</summary>
    public void PromptEnded(string promptId, string outcome, Action record)
    {
        lock (gate)
        {
            record();
            Count(outcomes, outcome);
            running.Remove(promptId);
        }
    }

    public void NodeExecuted(string classType) => Count(nodesExecuted, classType);

    public void ModelLoaded(string file) => Count(modelLoads, file);

    public void ModelWasWarm(string file) => Count(warmHits, file);

    public SimStats Snapshot()
    {
        lock (gate)
        {
            return new()
            {
                Lives = lives,
                Submissions = new Dictionary<string, int>(submissions),
                Executions = new Dictionary<string, int>(executions),
                Running = [.. running],
                Succeeded = outcomes.GetValueOrDefault("success"),
                Failed = outcomes.GetValueOrDefault("error"),
                Interrupted = outcomes.GetValueOrDefault("interrupted"),
                ModelLoads = new Dictionary<string, int>(modelLoads),
                WarmHits = new Dictionary<string, int>(warmHits),
                NodesExecuted = new Dictionary<string, int>(nodesExecuted),
            };
        }
    }

    private void Count(Dictionary<string, int> counts, string key)
    {
        lock (gate)
        {
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
    }
}
