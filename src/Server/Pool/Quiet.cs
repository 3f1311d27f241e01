using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Whether nothing goes on: no slot is lent, nothing waits, and nobody has asked this process anything for a while. Then it asks storage
/// less often what others did, which is most of what an idle process costs.
/// </summary>
public sealed class Quiet(HostStore hosts, PendingStore pending, Pulse pulse)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public bool IsSo => pulse.Since >= Patience && pending.Known.Count == 0 && hosts.Known.All(h => h.Leases.IsEmpty);

    /// <param name="sinceLook">How long ago it looked last.</param>
    /// <param name="otherwise">How long it waits between two looks while it is quiet.</param>
    /// <returns>Whether a look may wait.</returns>
    public bool MayRest(TimeSpan sinceLook, TimeSpan otherwise) => sinceLook < otherwise && IsSo;
}
