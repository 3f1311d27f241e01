using System.Collections.Concurrent;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Secrets;

namespace ComfyFunc.Server.Pool;

/// <summary>Seals what opens the doors before hosts, and finds the whole address of a host.</summary>
public sealed class HostDoors(Sealer sealer)
{
    /// <summary>What is wrong with a host whose door was sealed under another key.</summary>
    public const string Unreadable =
        "Its headers or token cannot be read any more, since the key of the secrets has changed: register it anew.";

    private readonly ConcurrentDictionary<(HostId Host, string Door), HostDoor?> opened = new();

    /// <returns><see langword="null"/> for a host that wants nothing.</returns>
    public async ValueTask<string?> SealAsync(HostId host, HostDoor door, CancellationToken cancellationToken) =>
        door.IsOpen ? null : await sealer.SealAsync(SealedFor.HostDoor(host), door.ToJson(), cancellationToken);

    /// <summary>The door of a host that reports itself: what it does not say stays as it was.</summary>
    public async ValueTask<string?> SealOverAsync(HostRegistration.Valid said, PoolHost? known, CancellationToken cancellationToken)
    {
        if (known?.Door is not null && !said.SaysHeaders && said.Door.IsOpen)
        {
            return known.Door;
        }

        var before = known is null ? null : await AddressOfAsync(known, cancellationToken);
        return await SealAsync(said.Id, said.DoorOver(before?.Door ?? HostDoor.Open), cancellationToken);
    }

    /// <returns>The address, without a door if the host wants nothing; <see langword="null"/> when its door cannot be read.</returns>
    public async ValueTask<HostAddress?> AddressOfAsync(PoolHost host, CancellationToken cancellationToken) =>
        host.Door is not { } door ? new HostAddress(host.Url)
        : await OpenAsync(host.Id, door, cancellationToken) is { } open ? new HostAddress(host.Url, open)
        : null;

    private async ValueTask<HostDoor?> OpenAsync(HostId host, string door, CancellationToken cancellationToken)
    {
        if (opened.TryGetValue((host, door), out var known))
        {
            return known;
        }

        var json = await sealer.OpenAsync(SealedFor.HostDoor(host), door, cancellationToken);
        return opened[(host, door)] = json is null ? null : HostDoor.FromJson(json);
    }
}
