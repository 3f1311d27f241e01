using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>One run, its hosts and its deadlines, as the tests of the run process use them.</summary>
internal static class RunSamples
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset StartBy = Start.AddMinutes(10);
    public static readonly DateTimeOffset FinishBy = Start.AddMinutes(30);
    public static readonly RunLimits Limits = new() { StartBy = StartBy, FinishBy = FinishBy, MaxFree = 2, MaxStops = 3 };

    public static readonly RunId Run = new("01J00000000000000000000000");
    public static readonly HostId A = new("a");
    public static readonly HostId B = new("b");
    public static readonly Lease OnA = new(A, Run, 1);
    public static readonly Lease OnB = new(B, Run, 2);

    public static readonly RunFault Broken = new(FaultCode.NodeFailed, "It broke.");
    public static readonly RunFault Refusal = new(FaultCode.InvalidWorkflow, "It lacks a node.");
    public static readonly RunFault NoMemory = new(FaultCode.GpuOutOfMemory, "It did not fit.");

    /// <summary>The first attempt of a run, and the second of one that lost its first host, which executed its prompt.</summary>
    public static readonly Placement First = Placement.First;
    public static readonly Placement Second = First with { Attempt = 2, Excluded = [A], Suspects = 1, HasBegun = true };

    public static DateTimeOffset Minute(double minutes) => Start.AddMinutes(minutes);

    public static DateTimeOffset JustBefore(DateTimeOffset moment) => moment.AddTicks(-1);

    public static RunOutcome TimedOut(string trouble = "") =>
        new RunOutcome.Failed(
            new(FaultCode.RunTimeout, "The run had not ended by 2026-01-01T00:30:00.0000000+00:00." + trouble, Retryable: true));

    public static RunOutcome HostLostTimes(int times) =>
        new RunOutcome.Failed(new(FaultCode.HostLost, $"The run lost its host {times} times.", Retryable: true));
}
