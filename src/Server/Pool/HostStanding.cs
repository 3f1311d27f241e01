using System.ComponentModel;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>What a host is told of itself. Whose runs it holds is not its business.</summary>
[View("HostStanding"), Description("How the pool sees a host.")]
internal sealed record HostStanding
{
    public required string Id { get; init; }

    public required string State { get; init; }

    [Description("Why it is in this state.")]
    public string? Reason { get; init; }

    [Description("When it gets one run to prove itself by.")]
    public DateTimeOffset? RetryAt { get; init; }

    public required int Slots { get; init; }

    public required int FreeSlots { get; init; }

    public DateTimeOffset? HeartbeatAt { get; init; }

    public static HostStanding Of(PoolHost host) => new()
    {
        Id = host.Id.Value,
        State = HostEndpoints.NameOf(host.Status),
        Reason = host.Reason,
        RetryAt = host.RetryAt,
        Slots = host.Slots,
        FreeSlots = host.FreeSlots,
        HeartbeatAt = host.HeartbeatAt,
    };
}
