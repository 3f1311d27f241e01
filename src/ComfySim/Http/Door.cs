using System.Net.Http.Headers;
using System.Text;

namespace ComfyFunc.ComfySim.Http;

/// <summary>The lock that an operator puts before a host: a bearer token, the same in the query, or as the password of anybody.</summary>
internal static class Door
{
    public static bool IsOpenTo(HttpRequest request, string token) =>
        request.Query["token"] == token
        || (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given) && given.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => given.Parameter == token,
            "BASIC" => PasswordIn(given.Parameter) == token,
            _ => false,
        });

    private static string? PasswordIn(string? parameter)
    {
        var bytes = new byte[parameter?.Length ?? 0];
        return Convert.TryFromBase64String(parameter ?? "", bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [_, var password]
            ? password
            : null;
    }
}
