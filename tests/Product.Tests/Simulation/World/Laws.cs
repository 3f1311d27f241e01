using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Simulation;

/// <summary>What must hold after every step of every history, whatever happens.</summary>
internal sealed class Laws(SimWorld world)
{
    private readonly Dictionary<RunId, string> ended = [];
    private readonly HashSet<RunId> stoppedForCancel = [];
    private readonly Dictionary<int, int> executions = [];
    private readonly Dictionary<PromptId, int> byPrompt = [];
    private readonly Dictionary<int, HashSet<HostId>> killed = [];

    public List<string> Broken { get; } = [];

    public int Executions => byPrompt.Values.Sum();

    public void Break(string law) => Broken.Add($"{world.Time.GetUtcNow():HH:mm:ss.fff} {law}");

    public void Written(string table, Document document)
    {
        if (table == "hosts" && StoredJson.Read<PoolHost>(document.Json) is var host && host.Leases.Length > host.Slots)
        {
            Break($"{host.Id} has lent {host.Leases.Length} of {host.Slots} slots.");
        }

        if (table == "runs")
        {
            Written(StoredJson.Read<RunRecord>(document.Json));
        }
    }

    public void Submitted(GpuHost host, PromptId prompt, SimWork work)
    {
        var row = world.RowOf(host.Id);
        if (row is null || row.Leases.All(l => l.On(host.Id).Prompt != prompt))
        {
            world.LateSubmits++; // A request of a step that another has overtaken; the next law bounds what it may cost.
        }
    }

    public void Executed(PromptId prompt, SimWork work)
    {
        byPrompt[prompt] = byPrompt.GetValueOrDefault(prompt) + 1;
        executions[work.Number] = executions.GetValueOrDefault(work.Number) + 1;
    }

    public void Killed(GpuHost host, SimWork work)
    {
        var hosts = killed.TryGetValue(work.Number, out var known) ? known : killed[work.Number] = [];
        hosts.Add(host.Id);
        if (hosts.Count > (world.LosesNews ? new RunLimits { StartBy = default, FinishBy = default }.MaxAttempts : Poison.MaxHosts))
        {
            Break($"Run {work.Number} took {hosts.Count} hosts down.");
        }
    }

    /// <summary>Once everything has ended, or should have.</summary>
    public void Ended(RunRecord run, int number, DateTimeOffset limit)
    {
        if (run.Outcome is null)
        {
            Break($"Run {number} ({run.Id}) has not ended: it is {run.State} with {run.Attempts.Length} attempts.");
            return;
        }

        if (run.CompletedAt > limit)
        {
            Break($"Run {number} ended at {run.CompletedAt:O}, after {limit:O}.");
        }

        foreach (var artifact in run.Artifacts.Where(a => a.Blob is not null))
        {
            if (world.Blobs.FindAsync(artifact.Blob!, default).GetAwaiter().GetResult()?.Sha256 != artifact.Sha256)
            {
                Break($"Run {number} lists {artifact.Blob}, which is not there.");
            }
        }

        if (run.Outcome is RunOutcome.Succeeded && run.Artifacts.IsEmpty)
        {
            Break($"Run {number} succeeded without a result.");
        }

        var attempts = Math.Max(1, run.Attempts.Select(a => a.Number).DefaultIfEmpty(0).Max());

        // What a person took off, what stood in somebody's way and what was tried on a second host cost the run none of the attempts that
        // it has.
        var free = run.Attempts.Count(a => a.Ended is "taken_off" or "stuck" or "node_failed");

        // Of an activity that is carried out twice at once, both may find that nothing has been submitted yet.
        var most = (attempts + free + world.FailedPlacements(run.Id)) * (world.DoublesActivities ? 2 : 1);
        if (executions.GetValueOrDefault(number) > most)
        {
            Break($"Run {number} was executed {executions[number]} times in {attempts} attempts, {free} of them free.");
        }
    }

    private void Written(RunRecord run)
    {
        if (run.State is RunState.Stopping { Then: RunOutcome.Canceled })
        {
            stoppedForCancel.Add(run.Id);
        }

        if (run.Outcome is RunOutcome.Succeeded && stoppedForCancel.Contains(run.Id))
        {
            Break($"The canceled run {run.Id} succeeded.");
        }

        var outcome = run.Outcome is null ? null : StoredJson.Write(run.Outcome);
        if (ended.TryGetValue(run.Id, out var before) && before != outcome)
        {
            Break($"Run {run.Id} had ended as {before} and became {outcome ?? "open"}.");
        }

        if (outcome is not null)
        {
            ended[run.Id] = outcome;
        }
    }
}
