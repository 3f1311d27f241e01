using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Registers what speaks to ComfyUI hosts.</summary>
public static class ComfyRegistration
{
    internal const string HttpClientName = "comfy";

    private const int LargestAnswer = 256 << 20;

    public static IServiceCollection AddComfy(this IServiceCollection services)
    {
        // The loggers would write addresses, and some hold a token.
        services.AddHttpClient(HttpClientName, Prepare).RemoveAllLoggers().AddHttpMessageHandler(() => new HostSpans())
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
            });
        services.TryAddSingleton<ComfyClients>();
        services.TryAddSingleton<IHostListeners, HostListeners>();
        return services;
    }

    private static void Prepare(HttpClient client)
    {
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = LargestAnswer;
        client.DefaultRequestHeaders.UserAgent.ParseAdd(Product.UserAgent);
    }
}

/// <summary>Keeps one client for each host's address and door.</summary>
public sealed class ComfyClients(IHttpClientFactory factory, ILogger<ComfyClient> logger)
{
    private readonly ConcurrentDictionary<HostAddress, ComfyClient> clients = new();

    /// <summary>The client for a host without a door.</summary>
    public ComfyClient For(Uri url) => For(new HostAddress(url));

    public ComfyClient For(HostAddress host) =>
        clients.GetOrAdd(host, address => new(factory.CreateClient(ComfyRegistration.HttpClientName), address, logger));
}
