using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Callers;

/// <summary>Lets a request in, knowing from then on who sent it, or says why not.</summary>
public sealed class Gate(KeyStore keys, ComfyFuncOptions options, Pulse pulse)
{
    private const string Bearer = "Bearer ";

    /// <param name="needed">What the request takes.</param>
    /// <returns>The answer that turns the request away; <see langword="null"/> lets it in.</returns>
    public async Task<IResult?> RefusalAsync(HttpRequest request, Role needed, CancellationToken cancellationToken)
    {
        if (needed is not (Role.None or Role.Host))
        {
            pulse.Beat(); // Probes and heartbeats keep no idle process busy.
        }

        if (!options.AsksForKeys || needed is Role.None)
        {
            return null;
        }

        if (await CallerOfAsync(request, cancellationToken) is not { } caller)
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.From(FaultCode.Unauthorized,
                "The call needs a key that is known here: Authorization: Bearer <key>, or X-Api-Key.");
        }

        if (!caller.Role.May(needed))
        {
            return Problems.From(FaultCode.Forbidden, $"This takes the role {needed.ToString().ToLowerInvariant()}.");
        }

        if (request.RouteValues.TryGetValue("name", out var name) && name is string workflow && !caller.Scope.Has(workflow))
        {
            return Problems.From(FaultCode.Forbidden, $"This key may not use the workflow '{workflow}'.");
        }

        if (needed is Role.Host && request.RouteValues.TryGetValue("id", out var id) && id is string host && !caller.Hosts.Has(host))
        {
            return Problems.From(FaultCode.Forbidden, $"This key may not speak for the host '{host}'.");
        }

        request.SetCaller(caller);
        return null;
    }

    private async Task<Caller?> CallerOfAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var authorization = request.Headers.Authorization.ToString();
        var key = request.Headers["X-Api-Key"].FirstOrDefault()
            ?? (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null);
        return (string.IsNullOrEmpty(key) ? null : await keys.FindAsync(key, cancellationToken))
            ?? (options.TrustEasyAuth ? EasyAuth.CallerOf(request) : null);
    }
}
