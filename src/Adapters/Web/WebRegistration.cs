using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Web;

/// <summary>Registers the guarded way out to URLs that callers chose.</summary>
public static class WebRegistration
{
    public static IServiceCollection AddGuardedFetch(this IServiceCollection services, Func<IServiceProvider, FetchOptions> options)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options);
        services.TryAddSingleton(
            s => new GuardedDialer(s.GetRequiredService<FetchOptions>(), GuardedDialer.SystemResolver, GuardedDialer.DialAsync));
        services.TryAddSingleton(s => new GuardedFetch(
            s.GetRequiredService<GuardedDialer>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GuardedFetch>>()));
        return services;
    }

    /// <param name="allowPrivate">Also posts to addresses of this machine and its private network, and without TLS. For development
    /// only.</param>
    public static IServiceCollection AddGuardedPost(this IServiceCollection services, Func<IServiceProvider, bool> allowPrivate)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => new GuardedPost(
            new(new FetchOptions { AllowPrivate = allowPrivate(s) }, GuardedDialer.SystemResolver, GuardedDialer.DialAsync),
            allowPrivate(s), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GuardedPost>>()));
        return services;
    }
}
