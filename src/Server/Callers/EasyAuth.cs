using System.Text.Json;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Callers;

/// <summary>
/// The caller whom Azure App Service has authenticated
/// (https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities): the platform sets the header and strips it
/// from what comes in. Only to be trusted there.
/// </summary>
internal static class EasyAuth
{
    private const string Header = "X-MS-CLIENT-PRINCIPAL";
    private const string ObjectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    private const string RoleClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

    // Applications are clients of their own; of users, each is one.
    private static readonly string[] ClientClaims = ["azp", "appid", "oid", ObjectId];

    public static Caller? CallerOf(HttpRequest request)
    {
        if (request.Headers[Header] is not [{ Length: > 0 } header, ..])
        {
            return null;
        }

        try
        {
            using var principal = JsonDocument.Parse(Convert.FromBase64String(header));
            var claims = principal.RootElement.GetProperty("claims").EnumerateArray()
                .Select(c => (Type: c.GetProperty("typ").GetString() ?? "", Value: c.GetProperty("val").GetString() ?? ""))
                .ToLookup(c => c.Type, c => c.Value, StringComparer.Ordinal);
            var isUser = claims["scp"].Any() || claims["http://schemas.microsoft.com/identity/claims/scope"].Any();
            var client = (isUser ? ClientClaims.Reverse() : ClientClaims).SelectMany(t => claims[t]).FirstOrDefault();
            var role = claims["roles"].Concat(claims[RoleClaim]).Select(RoleOf).DefaultIfEmpty(Role.None).Max();
            return client is null ? null : new(client, role);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Role RoleOf(string appRole) => appRole switch
    {
        "ComfyFunc.Host" => Role.Host,
        "ComfyFunc.Run" => Role.Run,
        "ComfyFunc.Author" => Role.Author,
        "ComfyFunc.Admin" => Role.Admin,
        _ => Role.None,
    };
}
