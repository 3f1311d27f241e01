using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Simulation;

/// <summary>A socket to a simulated host.</summary>
internal sealed class GpuSocket(SimWorld world, string client) : IHostSocket
{
    private readonly Channel<HostFrame> frames = Channel.CreateUnbounded<HostFrame>();

    public string ClientId => client;

    public void Hear(HostFrame frame) => world.Time.After(world.Random.NextDouble() * 0.05, () => frames.Writer.TryWrite(frame));

    public void Abort() => frames.Writer.TryComplete();

    // Not ReadAllAsync, which goes on in the thread pool.
    public async IAsyncEnumerable<HostFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await frames.Reader.WaitToReadAsync(cancellationToken))
        {
            while (frames.Reader.TryRead(out var frame))
            {
                yield return frame;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The wire to the simulated hosts: answers come after a while, or not although the request arrived, or never arrived.</summary>
internal sealed class GpuWire(SimWorld world) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var host = world.HostOf(request.RequestUri!); // The client sets it.
        using var reader = request.Content is null ? null : new StreamReader(request.Content.ReadAsStream(CancellationToken.None));
        var body = reader?.ReadToEnd() ?? "";
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        world.Time.After(world.Random.NextDouble() * 0.02, () =>
        {
            var isLost = world.Random.NextDouble() < world.WireFaults;
            var response = host.IsAnswering ? host.Answer(request.Method, request.RequestUri!.AbsolutePath, body) : null;
            world.Time.After(isLost ? 5 : world.Random.NextDouble() * 0.02, () => _ = isLost || response is null
                ? answer.TrySetException(new HttpRequestException("There was no answer.")) : answer.TrySetResult(response));
        });
        return answer.Task;
    }
}

/// <summary>One process's clients and listeners for the simulated hosts: the real ones, over simulated lines.</summary>
internal sealed class GpuLines(SimWorld world, ProcessClock clock) : IHostListeners, IHttpClientFactory
{
    public IHostListener For(HostId host, HostAddress address, ComfyClient client, IHostObserver observer) =>
        new HostListener(host, address, client, new ListenerOptions(), observer, OpenAsync, clock, NullLogger<HostListener>.Instance);

    public HttpClient CreateClient(string name) => new(new GpuWire(world)) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<IHostSocket?> OpenAsync(HostAddress host, CancellationToken cancellationToken)
    {
        // The process that would cancel is gone with its context.
        await Task.Delay(TimeSpan.FromMilliseconds(world.Random.Next(1, 50)), world.Time, CancellationToken.None);
        return world.HostOf(host.Url).Connect($"client{world.NextNumber()}");
    }
}
