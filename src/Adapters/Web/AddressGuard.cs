using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace ComfyFunc.Adapters.Web;

/// <summary>Tells addresses on the public internet from all others: a caller's URL may name only the former.</summary>
public static class AddressGuard
{
    // IANA's special-purpose registry, and Azure's WireServer, which sits in a public range.
    private static readonly ImmutableArray<IPNetwork> Reserved4 = Networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4");

    // Only 2000::/3 is handed out for global use. Within it: protocol assignments with Teredo, documentation, and 6to4, which carries any
    // IPv4 address.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly ImmutableArray<IPNetwork> Reserved6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    // A developer's own machine and network; never link-local addresses, where clouds serve their secrets.
    private static readonly ImmutableArray<IPNetwork> Local =
        Networks("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7");

    public static bool IsPublic(IPAddress address)
    {
        var plain = Unwrap(address);
        return plain.AddressFamily is AddressFamily.InterNetwork
            ? !Reserved4.Any(n => n.Contains(plain))
            : Global6.Contains(plain) && !Reserved6.Any(n => n.Contains(plain));
    }

    /// <summary>Whether the address is on this machine or its private network.</summary>
    public static bool IsLocal(IPAddress address) => Local.Any(n => n.Contains(Unwrap(address)));

    /// <summary>The IPv4 address inside <c>::ffff:0:0/96</c>; any other address as it is.</summary>
    public static IPAddress Unwrap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static ImmutableArray<IPNetwork> Networks(params ReadOnlySpan<string> networks)
    {
        var parsed = ImmutableArray.CreateBuilder<IPNetwork>(networks.Length);
        foreach (var network in networks)
        {
            parsed.Add(IPNetwork.Parse(network));
        }

        return parsed.MoveToImmutable();
    }
}
