using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters.Web;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class GuardedFetchProperties
{
    // What parsers disagree about, glued in any order.
    private static readonly string[] Pieces =
    [
        "127", "0x7f", "0177", "10", "169.254", "255", "256", "2130706433", "0", "1", "::", ":", "ffff", "[", "]", "%", "%31", "%25", "@",
        "\\", "/", "?", "#",
        ".", "..", "。", "①", "７", "ü", "ß", "xn--", "-", "a", "example", " ", "\t", "\u200d", "\u0130", "_", ":80", ":0", ":99999",
    ];

    private static readonly Gen<string> Host = Gen.OneOf([.. Pieces.Select(Gen.Const)]).Array[1, 8].Select(string.Concat);

    private static readonly Gen<uint> Any = Gen.UInt;

    [Fact]
    public async Task No_spelling_of_a_host_throws_or_reaches_what_is_not_public()
    {
        using var fetch = new GuardedFetch(
            new(new(), (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)), RefuseAsync),
            TimeProvider.System,
            NullLogger<GuardedFetch>.Instance);
        await Host.SampleAsync(
            async host =>
            {
                if (!Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var url))
                {
                    return;
                }

                Assert.IsNotType<FetchReply.Opened>(await fetch.FetchAsync(url, FetchRig.Limits, CancellationToken.None));
            },
            iter: 20_000);
    }

    [Fact]
    public void An_ipv4_address_is_as_public_when_it_is_mapped_and_never_when_it_is_tunneled() => Any.Sample(bits =>
    {
        var plain = new IPAddress(bits);
        var bytes = plain.GetAddressBytes();
        Assert.Equal(AddressGuard.IsPublic(plain), AddressGuard.IsPublic(plain.MapToIPv6()));
        Assert.False(AddressGuard.IsPublic(new([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes])));
        Assert.False(AddressGuard.IsPublic(new([0x20, 0x02, .. bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])));
        Assert.False(AddressGuard.IsPublic(new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes])));
        Assert.False(AddressGuard.IsPublic(plain) && AddressGuard.IsLocal(plain));
    });

    private static Task<Stream> RefuseAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        Assert.True(AddressGuard.IsPublic(address.Address), $"{address} was dialed.");
        throw new SocketException((int)SocketError.ConnectionRefused);
    }
}
