using System.Diagnostics;
using System.Diagnostics.Metrics;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Stats;

/// <summary>Counts what ended runs come to for whoever watches this process: once a run, by the process that saw its end.</summary>
public sealed class RunMetrics(Instruments instruments)
{
    private readonly Counter<long> runs = instruments.Counter<long>(Metric.Runs);
    private readonly Counter<long> models = instruments.Counter<long>(Metric.Models);
    private readonly Counter<long> attempts = instruments.Counter<long>(Metric.Attempts);
    private readonly Counter<double> gpuTime = instruments.Counter<double>(Metric.GpuTime);
    private readonly Counter<long> inputs = instruments.Counter<long>(Metric.InputSize);
    private readonly Counter<long> outputs = instruments.Counter<long>(Metric.OutputSize);
    private readonly Histogram<double> duration = instruments.Times(Metric.Duration);
    private readonly Histogram<double> queue = instruments.Times(Metric.Queue);
    private readonly Histogram<double> stage = instruments.Times(Metric.Stage);
    private readonly Histogram<double> hostQueue = instruments.Times(Metric.HostQueue);
    private readonly Histogram<double> load = instruments.Times(Metric.Load);
    private readonly Histogram<double> execution = instruments.Times(Metric.Execution);
    private readonly Histogram<double> copy = instruments.Times(Metric.Copy);

    /// <param name="sample">What the statistics keep of the run.</param>
    public void Ended(RunRecord run, RunSample sample)
    {
        if (!runs.Enabled)
        {
            return; // Nobody listens.
        }

        var workflow = new KeyValuePair<string, object?>(Attribute.Workflow, run.Workflow);
        var outcome = new KeyValuePair<string, object?>(Attribute.Outcome, sample.Ending.ToString().ToLowerInvariant());
        runs.Add(1, sample.Failure is { Code: var code } ? new TagList([workflow, outcome, new(Attribute.Error, code)])
            : new TagList([workflow, outcome]));
        duration.Record(sample.TotalMs / 1000, workflow, outcome);
        gpuTime.Add(sample.GpuSeconds, workflow);
        inputs.Add(run.Files.Sum(f => f.Bytes), workflow);
        outputs.Add(sample.OutputBytes, workflow);
        if (sample.Models is not ModelUse.None)
        {
            models.Add(1, workflow, new(Attribute.Models, sample.Models.ToString().ToLowerInvariant()));
        }

        foreach (var attempt in run.Attempts)
        {
            attempts.Add(1, new(Attribute.Host, attempt.Host.Value), new(Attribute.AttemptResult, attempt.Ended));
        }

        Record(RunTimes.Of(run) with { Queue = (long?)sample.QueueMs }, workflow);
    }

    private void Record(RunTimes times, KeyValuePair<string, object?> workflow)
    {
        Record(queue, times.Queue, workflow);
        Record(stage, times.Stage, workflow);
        Record(hostQueue, times.HostQueue, workflow);
        Record(load, times.Load, workflow);
        Record(execution, times.Execution, workflow);
        Record(copy, times.Collect, workflow);
    }

    private static void Record(Histogram<double> part, long? milliseconds, KeyValuePair<string, object?> workflow)
    {
        if (milliseconds is { } ms)
        {
            part.Record(ms / 1000.0, workflow);
        }
    }
}
