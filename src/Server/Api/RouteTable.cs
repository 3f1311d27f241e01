using System.Collections.Frozen;
using System.Collections.Immutable;
using ComfyFunc.Server.Api.Description;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Console;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Server.Api;

/// <summary>Every endpoint of the API. What each is, the class says that has its handler.</summary>
public static class RouteTable
{
    /// <summary>In the order of the description.</summary>
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        .. ConsoleEndpoints.Routes, .. WorkflowEndpoints.Routes, .. AliasEndpoints.Routes, .. ConvertEndpoints.Routes,
        .. CallEndpoints.Routes, .. RunEndpoints.Routes, .. EventEndpoints.Routes, .. LinkEndpoints.Routes, .. OutputEndpoints.Routes,
        .. BatchEndpoints.Routes, .. BatchResultEndpoints.Routes, .. UploadEndpoints.Routes, .. FileEndpoints.Routes,
        .. HostEndpoints.Routes, .. HostSpeechEndpoints.Routes, .. PoolEndpoints.Routes, .. QueueEndpoints.Routes,
        .. WebhookEndpoints.Routes, .. DeliveryEndpoints.Routes, .. MeEndpoints.Routes, .. KeyEndpoints.Routes, .. UsageEndpoints.Routes,
        .. StatsEndpoints.Routes, .. DescriptionEndpoints.Routes, .. SettingsEndpoints.Routes, .. HealthEndpoints.Routes,
    ];

    /// <summary>The endpoint of a name: Functions triggers are called as the endpoints that they serve.</summary>
    public static FrozenDictionary<string, ApiRoute> ByName { get; } = All.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>Maps the whole API onto a web application, and what is to be said where there is nothing.</summary>
    public static IEndpointRouteBuilder MapComfyFunc(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.ServiceProvider.GetRequiredService<ApiPipeline>();
        foreach (var route in All)
        {
            endpoints.MapMethods($"/{route.Pattern}", route.Verbs,
                (Delegate)((HttpContext context) => api.AnswerAsync(context.Request, route, context.RequestAborted)));
        }

        endpoints.MapFallback("{*path}",
            (Delegate)((HttpContext context) => api.AnswerElsewhereAsync(context.Request, context.RequestAborted)));
        return endpoints;
    }
}
