using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Comfy;

/// <summary>Registers what speaks to ComfyUI hosts.</summary>
public static class ComfyRegistration
{
    internal const string HttpClientName = "comfy";

    public static IServiceCollection AddComfy(this IServiceCollection services)
    {
        services.AddHttpClient(HttpClientName, c => c.Timeout = Timeout.InfiniteTimeSpan).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
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
}

/// <summary>Keeps one client for each host's address.</summary>
public sealed class ComfyClients(IHttpClientFactory factory, ILogger<ComfyClient> logger)
{
    private readonly ConcurrentDictionary<Uri, ComfyClient> clients = new();

    public ComfyClient For(Uri url) => clients.GetOrAdd(url, address =>
    {
        var http = factory.CreateClient(ComfyRegistration.HttpClientName);
        http.BaseAddress = address;
        return new(http, logger);
    });
}
