using System.Globalization;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Functions;

/// <summary>Settings that the platform makes obvious; whoever sets them otherwise has his way.</summary>
public static class PlatformDefaults
{
    /// <summary>The setting of the Functions host that says which requests are too long for it, in bytes.</summary>
    public const string BodyLimit = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    private const long DefaultBodyLimit = 104_857_600;

    /// <summary>Where this app is reached, for links that are made where nobody asks. The platform's front end speaks TLS.</summary>
    /// <param name="hostname">As for <see cref="Of"/>.</param>
    public static string AddressOf(string? hostname) =>
        string.IsNullOrEmpty(hostname) ? PublicAddress.Default : IsOnPlatform(hostname) ? $"https://{hostname}" : $"http://{hostname}";

    /// <param name="hostname">What the platform calls this app: <c>WEBSITE_HOSTNAME</c>, on a developer's machine an address of it.</param>
    /// <param name="bodyLimit">The longest request that the Functions host takes: <see cref="BodyLimit"/>.</param>
    public static IEnumerable<KeyValuePair<string, string?>> Of(string? hostname, string? bodyLimit)
    {
        yield return new($"{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.MaxUploadBytes)}",
            LongestBody(bodyLimit).ToString(CultureInfo.InvariantCulture));

        // Function keys guard the API, and whoever follows a link has none.
        yield return new($"{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.SignLinks)}", "true");

        // Nobody but the Functions host, and the platform behind it, reaches the worker.
        yield return new($"{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.TrustedProxies)}:0", "0.0.0.0/0");
        yield return new($"{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.TrustedProxies)}:1", "::/0");

        // Azure's front end leads here what asks for one of the app's names, own domains included, and nothing else.
        if (hostname is not null && IsOnPlatform(hostname))
        {
            yield return new($"{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.AllowedHosts)}:0", "*");
        }
    }

    // The host takes its default for whatever is no number.
    private static long LongestBody(string? limit) => long.TryParse(limit, CultureInfo.InvariantCulture, out var bytes)
        ? Math.Clamp(bytes, ComfyFuncOptions.LeastUploadBytes, ComfyFuncOptions.MostUploadBytes) : DefaultBodyLimit;

    private static bool IsOnPlatform(string hostname) => hostname.Split(':')[0] is var name
        && name.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(name) is UriHostNameType.Dns;
}
