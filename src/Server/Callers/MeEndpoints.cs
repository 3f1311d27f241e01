using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Callers.MeEndpoints>;

namespace ComfyFunc.Server.Callers;

/// <summary>The endpoint that tells callers who they are here: what an app may offer to whom.</summary>
public sealed class MeEndpoints(ComfyFuncOptions options) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetMe", "GET", At.Me, Role.Run, RouteGroup.Service, "Who the caller is, and what it may do.",
            (e, r, _) => Task.FromResult(e.Get(r)))
        {
            Answers = [new(200, "The caller.", Shape.Of<MeView>())],
        },
    ];

    /// <summary>GET /api/me.</summary>
    public IResult Get(HttpRequest request)
    {
        var caller = request.Caller();
        return Results.Json(
            new MeView
            {
                Client = options.AsksForKeys ? caller.Client : null,
                Role = caller.Role.ToString().ToLowerInvariant(),
                Workflows = caller.Scope.Patterns,
                KeysRequired = options.AsksForKeys,
                Version = Product.Version,
            },
            ServerJson.Options);
    }
}

/// <summary>A caller as it sees itself.</summary>
[View("Me"), Description("Who the caller is, and what it may do.")]
internal sealed record MeView
{
    [Description("Null where callers are not told apart."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Client { get; init; }

    [Words("run", "author", "admin")]
    public required string Role { get; init; }

    [Description("The names and patterns of those that it may use; empty for all.")]
    public required ImmutableArray<string> Workflows { get; init; }

    [Description("Whether calls need a key.")]
    public required bool KeysRequired { get; init; }

    [Description("Of this server.")]
    public required string Version { get; init; }
}
