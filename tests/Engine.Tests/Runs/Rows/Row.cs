using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Tests.Engine.Runs.Rows;

/// <summary>One rule of the run process: what an event makes of a run that stands somewhere.</summary>
/// <param name="Rule">The rule as a sentence: what a failing row says.</param>
internal sealed record Row(string Rule, RunState State, RunEvent Event, RunState Next, params RunCommand[] Commands)
{
    public RunLimits Limits { get; init; } = RunSamples.Limits;
}
