using System.Collections.Immutable;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Api.SettingsEndpoints>;

namespace ComfyFunc.Server.Api;

/// <summary>The endpoint that says what is set, and where.</summary>
public sealed class SettingsEndpoints(SettingsInForce settings) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetSettings", "GET", At.Settings, Role.Admin, RouteGroup.Service,
            "The settings in force; of secrets only whether they are set.", (e, _, _) => Task.FromResult(e.Get()))
        {
            Answers = [new(200, "The settings of the process that answers.", Shape.Of<SettingsView>())],
        },
    ];

    /// <summary>GET /api/settings.</summary>
    public IResult Get() => Results.Json(new SettingsView { Settings = [.. settings.All().Select(SettingView.Of)] }, ServerJson.Options);
}
