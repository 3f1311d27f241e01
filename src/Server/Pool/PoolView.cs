using System.ComponentModel;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>The pool's load, as autoscalers read it.</summary>
[View("Pool"), Description("Numbers at fixed places for autoscalers.")]
internal sealed record PoolView
{
    public required int Waiting { get; init; }

    public required int Running { get; init; }

    public required int Slots { get; init; }

    public int FreeSlots { get; init; }

    public double OldestWaitSeconds { get; init; }

    public double BacklogSeconds { get; init; }

    public required int WantedHosts { get; init; }

    [Description("Whether the queue is paused: nobody gets a slot.")]
    public required bool Paused { get; init; }

    [Description("How many, by state.")]
    public OrderedDictionary<string, int> Hosts { get; init; } = [];

    public static PoolView Of(PoolLoad load, IReadOnlyCollection<PoolHost> pool, bool isPaused) => new()
    {
        Waiting = load.Waiting,
        Running = load.Running,
        Slots = load.Slots,
        FreeSlots = load.FreeSlots,
        OldestWaitSeconds = load.OldestWaitSeconds,
        BacklogSeconds = load.BacklogSeconds,
        WantedHosts = load.WantedHosts,
        Paused = isPaused,
        Hosts = new(Enum.GetValues<HostStatus>()
            .Select(s => KeyValuePair.Create(HostEndpoints.NameOf(s), pool.Count(h => h.Status == s)))),
    };
}
