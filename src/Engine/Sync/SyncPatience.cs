namespace ComfyFunc.Engine.Sync;

/// <summary>When a host that failed is tried again: twice as late each time, up to a limit.</summary>
public static class SyncPatience
{
    public static TimeSpan First { get; } = TimeSpan.FromSeconds(5);

    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(5);

    /// <param name="failures">In a row, at least one.</param>
    public static TimeSpan After(int failures) =>
        failures > 6 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << (failures - 1)));
}
