using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>How much GPU time a client has had of a host of late, and when it last had some.</summary>
/// <param name="Seconds">As of <paramref name="At"/>; it counts half after each five minutes.</param>
public sealed record Service(string Client, int Priority, double Seconds, DateTimeOffset At)
{
    private const int MostRemembered = 64;
    private const double HalfLifeSeconds = 300;

    public double SecondsAt(DateTimeOffset now) => Seconds * Math.Pow(0.5, Math.Max(0, (now - At).TotalSeconds) / HalfLifeSeconds);

    internal static ImmutableArray<Service> After(ImmutableArray<Service> services, HeldSlot slot, DateTimeOffset now)
    {
        var known = services.FirstOrDefault(s => s.Client == slot.Client && s.Priority == slot.Priority);
        var used = slot.FirstAt is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0;
        var after = new Service(slot.Client, slot.Priority, Math.Round((known?.SecondsAt(now) ?? 0) + used, 3), now);
        services = known is null ? services.Add(after) : services.Replace(known, after);
        // There are some, so there is a least.
        return services.Length <= MostRemembered ? services : services.Remove(services.MinBy(s => s.At)!);
    }
}
