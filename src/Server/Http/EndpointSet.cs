using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComfyFunc.Server.Http;

/// <summary>A class with handlers of <see cref="ApiRoute"/>s, which it lists as its <c>Routes</c>.</summary>
public interface IEndpoints;

/// <summary>The classes that have the handlers, made once: a request asks no container for what it needs.</summary>
public sealed class EndpointSet(IEnumerable<IEndpoints> all)
{
    private readonly FrozenDictionary<Type, IEndpoints> byType = all.ToFrozenDictionary(e => e.GetType());

    public T Get<T>() where T : IEndpoints => (T)byType[typeof(T)];
}

/// <summary>Registers classes with handlers.</summary>
internal static class EndpointRegistration
{
    public static IServiceCollection AddEndpoints<T>(this IServiceCollection services) where T : class, IEndpoints
    {
        services.TryAddSingleton<EndpointSet>();
        if (services.All(s => s.ServiceType != typeof(T)))
        {
            services.AddSingleton<T>();
            services.AddSingleton<IEndpoints>(s => s.GetRequiredService<T>());
        }

        return services;
    }
}
