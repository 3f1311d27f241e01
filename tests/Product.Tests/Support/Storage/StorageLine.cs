using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>The line between the product and its storage: while it is mute, connections are taken and nothing comes through.</summary>
internal sealed partial class StorageLine : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<IDisposable> open = [];
    private volatile TaskCompletionSource passes = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StorageLine(StorageOptions storage)
    {
        passes.SetResult();
        Storage = storage with { ConnectionString = Endpoint.Replace(storage.ConnectionString!, m => $"http://127.0.0.1:{Open(m)}") };
    }

    /// <summary>The same storage, over this line.</summary>
    public StorageOptions Storage { get; }

    public static StorageLine To(StorageOptions storage) => new(storage);

    public void Mute() => passes = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Unmute() => passes.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var one in open)
        {
            one.Dispose();
        }

        stop.Dispose();
    }

    private int Open(Match endpoint)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        open.Add(listener);
        listener.Start();
        _ = AcceptAsync(listener, int.Parse(endpoint.Groups[1].ValueSpan), stop.Token);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync(TcpListener listener, int port, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var here = await listener.AcceptTcpClientAsync(cancellationToken);
            _ = PassAsync(here, port, cancellationToken);
        }
    }

    private async Task PassAsync(TcpClient here, int port, CancellationToken cancellationToken)
    {
        using var there = new TcpClient();
        using (here)
        {
            await there.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await Task.WhenAny(
                PassAsync(here.GetStream(), there.GetStream(), cancellationToken),
                PassAsync(there.GetStream(), here.GetStream(), cancellationToken));
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await passes.Task.WaitAsync(cancellationToken);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Endpoint { get; }
}
