using System.Collections.Immutable;

namespace ComfyFunc.Server.Upkeep;

/// <summary>What is gone over now and then, and how often: one row each, for processes with timers of their own and for Azure's.</summary>
/// <param name="Cron">The timer of Azure Functions that rings for it, at least so often; seconds come first.</param>
public sealed record Sweep(string Name, TimeSpan Interval, string Cron, Func<Sweeps, CancellationToken, Task> RunAsync)
{
    // An attribute takes constants only. Each timer costs requests to storage while nothing happens, and an instance of its own on Flex
    // Consumption: there are as few as do not wait for each other's work.
    public const string OftenCron = "*/15 * * * * *";
    public const string SeldomCron = "45 */5 * * * *";

    /// <summary>Whether it is not to wait: a process that crashes often comes to it too, and callers see what is half done.</summary>
    public bool IsDueAtStart { get; private init; }

    /// <summary>Gives slots back that a crash left lent.</summary>
    public static Sweep Leases { get; } =
        new("leases", TimeSpan.FromSeconds(15), OftenCron, (s, c) => s.LeasesAsync(c)) { IsDueAtStart = true };

    /// <summary>Finds runs that nobody drives, or that are half deleted.</summary>
    public static Sweep Rescue { get; } =
        new("rescue", TimeSpan.FromMinutes(1), OftenCron, (s, c) => s.RescueAsync(c)) { IsDueAtStart = true };

    /// <summary>Removes runs past their retention.</summary>
    public static Sweep Removal { get; } = new("removal", TimeSpan.FromMinutes(10), SeldomCron, (s, c) => s.RemovalAsync(c));

    /// <summary>Forgets what is only kept for a time.</summary>
    public static Sweep Housekeeping { get; } =
        new("housekeeping", TimeSpan.FromMinutes(10), SeldomCron, (s, c) => s.HousekeepingAsync(c));

    /// <summary>Brings the hosts' lists of workflows in step with what is published.</summary>
    public static Sweep Sync { get; } = new("sync", TimeSpan.FromMinutes(5), SeldomCron, (s, c) => s.SyncAsync(c));

    public static ImmutableArray<Sweep> All { get; } = [Leases, Rescue, Removal, Housekeeping, Sync];
}
