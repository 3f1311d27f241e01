using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Usage;

namespace ComfyFunc.Server.Stats;

/// <summary>Says what an ended run adds to the statistics.</summary>
internal static class RunSamples
{
    public static RunSample Of(RunRecord run)
    {
        var (usage, times) = (UsageRow.Of(run), RunTimes.Of(run));
        return new(run.CompletedAt ?? run.CreatedAt, run.Id, run.Client, run.Workflow, EndingOf(run.Outcome))
        {
            TotalMs = times.Total ?? 0,
            QueueMs = run.Attempts.IsEmpty ? null : times.Queue,
            Models = ModelsOf(run),
            GpuSeconds = usage.GpuSeconds,
            OutputBytes = usage.OutputBytes,
            Failure = FailureOf(run),
        };
    }

    private static RunEnding EndingOf(RunOutcome? outcome) => outcome switch
    {
        RunOutcome.Succeeded => RunEnding.Succeeded,
        RunOutcome.Canceled => RunEnding.Canceled,
        RunOutcome.Expired => RunEnding.Expired,
        _ => RunEnding.Failed,
    };

    // What was read from disk is known of runs that ended well.
    private static ModelUse ModelsOf(RunRecord run) => run switch
    {
        { Outcome: not RunOutcome.Succeeded } => ModelUse.None,
        { Cached: true } => ModelUse.Cached,
        { Attempts: [.., { Loaded.IsEmpty: false }] } => ModelUse.Cold,
        { Attempts: [.., { Loaders.IsEmpty: false }] } => ModelUse.Warm,
        _ => ModelUse.None,
    };

    private static Failure? FailureOf(RunRecord run) => RunResource.ErrorCodeOf(run) is not { } code ? null
        : run.Outcome is RunOutcome.Failed { Fault: var fault }
            ? Failure.Of(run.Workflow, code.Name, fault.Node?.Class, fault.Node?.Tag, fault.Message)
            : Failure.Of(run.Workflow, code.Name, null, null, code.Title);
}
