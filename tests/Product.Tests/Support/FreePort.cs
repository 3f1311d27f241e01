using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ComfyFunc.Tests.Support;

/// <summary>A port of this machine that nobody listens on.</summary>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <summary>
    /// Below the range that the system takes connections' own ports from: a port of that may be gone before its listener has it, or while an app
    /// restarts. No other test of this process gets the same one.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(20000, 32000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (Given.TryAdd(port, true))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
