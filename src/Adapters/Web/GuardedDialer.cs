using System.Net;
using System.Net.Sockets;

namespace ComfyFunc.Adapters.Web;

/// <summary>Resolves a host's name once, checks every address that it has, and connects to one of those very addresses.</summary>
internal sealed class GuardedDialer(FetchOptions options, HostResolver resolve, AddressDialer dial)
{
    private static readonly TimeSpan EachAddress = TimeSpan.FromSeconds(5);

    public static HostResolver SystemResolver => static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses = IPAddress.TryParse(host.TrimEnd('.'), out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
        // One refused address refuses the name: it is either misconfigured or an attempt to slip through.
        if (!Array.TrueForAll(addresses, IsAllowed))
        {
            throw new AddressRefusedException();
        }

        return await DialAnyAsync([.. addresses.Select(a => new IPEndPoint(AddressGuard.Unwrap(a), port))], cancellationToken);
    }

    public static async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address) => AddressGuard.IsPublic(address) || (options.AllowPrivate && AddressGuard.IsLocal(address));

    private async Task<Stream> DialAnyAsync(IPEndPoint[] addresses, CancellationToken cancellationToken)
    {
        foreach (var address in addresses.AsEnumerable().SkipLast(1))
        {
            using var brief = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            brief.CancelAfter(EachAddress);
            try
            {
                return await dial(address, brief.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The next address may answer.
            }
        }

        return await dial(addresses[^1], cancellationToken);
    }
}

/// <summary>Finds the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>Connects to an address that was checked.</summary>
internal delegate Task<Stream> AddressDialer(IPEndPoint address, CancellationToken cancellationToken);

/// <summary>A host name or literal led to an address that must not be fetched.</summary>
internal sealed class AddressRefusedException() : IOException("The address is not public.");
