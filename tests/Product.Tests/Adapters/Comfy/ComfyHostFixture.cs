using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.ComfySim;
using ComfyFunc.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>The ComfyUI that the contract tests speak to: the one that <c>COMFYUI_URL</c> names, or a simulated one of a release.</summary>
public abstract class ComfyHostFixture(string release) : IAsyncLifetime
{
    private static readonly string? RealUrl = Environment.GetEnvironmentVariable("COMFYUI_URL");

    private SimulatedHost? simulated;
    private ServiceProvider? services;

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    internal ComfyClient Client { get; private set; } = null!; // Set before the first test.

    public async ValueTask InitializeAsync()
    {
        if (RealUrl is null)
        {
            simulated = await SimulatedHost.StartAsync(new() { Speed = 0, ComfyVersion = release }, TestContext.Current.CancellationToken);
        }

        Url = simulated?.Url ?? new Uri(RealUrl!.TrimEnd('/') + "/"); // One of the two is there.
        services = Clients.Build();
        Client = services.GetRequiredService<ComfyClients>().For(Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }

        if (simulated is not null)
        {
            await simulated.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>A ComfyUI of 2025.</summary>
public sealed class OlderComfyFixture() : ComfyHostFixture("0.3.64");

/// <summary>A ComfyUI of 2026.</summary>
public sealed class NewerComfyFixture() : ComfyHostFixture("0.29.0");

/// <summary>Clients as an application gets them.</summary>
internal static class Clients
{
    public static ServiceProvider Build() => new ServiceCollection().AddLogging().AddComfy().BuildServiceProvider();

    public static PromptId NewId() => new(Guid.NewGuid());

    public static ReadOnlyMemory<byte> Bytes(JsonNode graph) => JsonSerializer.SerializeToUtf8Bytes(graph);

    public static HostListener Listener(Uri url, ComfyClient client, IHostObserver observer, ListenerOptions? options = null) =>
        new(new("h"), new(url), client, options ?? Quick, observer, HostSocket.OpenAsync, TimeProvider.System,
            NullLogger<HostListener>.Instance);

    /// <summary>Looks often, so that a test need not wait.</summary>
    public static ListenerOptions Quick { get; } = new()
    {
        PollInterval = TimeSpan.FromMilliseconds(100),
        IdleInterval = TimeSpan.FromMilliseconds(100),
        SecondLook = TimeSpan.FromMilliseconds(50),
        LongestReconnectDelay = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Learns by its socket alone: a look that overtakes the events would leave them out.</summary>
    public static ListenerOptions ByEar { get; } =
        Quick with { PollInterval = TimeSpan.FromHours(1), IdleInterval = TimeSpan.FromHours(1) };
}
