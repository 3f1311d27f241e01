using System.Net;
using System.Net.Sockets;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Standalone;

/// <summary>An address to listen on, and the setting that says so.</summary>
internal sealed record ListenAddress(string Setting, BindingAddress Binding)
{
    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLoopback => Binding.IsUnixPipe || Binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (Ip is { } ip && IPAddress.IsLoopback(ip));

    private IPAddress? Ip => IPAddress.TryParse(Binding.Host.Trim('[', ']'), out var ip) ? ip : null;

    /// <summary>Where the server is to listen: Kestrel passes over <c>urls</c> where it has endpoints.</summary>
    public static IReadOnlyList<ListenAddress> Of(IConfiguration configuration)
    {
        var endpoints = EndpointsOf(configuration).ToArray();
        return endpoints.Length > 0
            ? [.. endpoints.SelectMany(e => Split(e.Url).Select(u => new ListenAddress(e.Setting, BindingAddress.Parse(u))))]
            : [.. Split(configuration["urls"] is { Length: > 0 } urls ? urls : StandaloneOptions.DefaultUrl)
                .Select(u => new ListenAddress("urls", BindingAddress.Parse(u)))];
    }

    public static IEnumerable<(string Setting, string Url)> EndpointsOf(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => (e.Path + ":Url", e["Url"] ?? ""));

    /// <summary>What is wrong with addresses as they are written.</summary>
    public static IEnumerable<SettingFault> Check(string setting, string urls) => Split(urls) is { Length: > 0 } each
        ? each.Select(Objection).OfType<string>().Select(o => new SettingFault(setting, o))
        : [new(setting, $"is empty, but must be {Example}.")];

    /// <summary>What is said when the address cannot be taken, as far as trying it tells.</summary>
    public string? Trouble()
    {
        if (Binding.IsUnixPipe || Binding.IsNamedPipe || Binding.Port == 0)
        {
            return null;
        }

        // Kestrel takes any name that is no address for all of this machine's.
        var ips = Binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? (IPAddress[])[IPAddress.Loopback]
            : [Ip ?? IPAddress.Any];
        return ips.Select(Trouble).FirstOrDefault(t => t is not null);
    }

    private const string Example = "an address such as http://localhost:7071";

    private string? Trouble(IPAddress ip)
    {
        try
        {
            using var socket = new TcpListener(ip, Binding.Port);
            socket.Start();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"{Setting}: port {Binding.Port} is taken by another program. Stop that, or choose another port: {Other}",
                SocketError.AccessDenied => $"{Setting}: this user may not listen on port {Binding.Port}. Choose one above 1023: {Other}",
                SocketError.AddressNotAvailable => $"{Setting}: this machine has no address {ip}. Choose one that it has, or localhost.",
                _ => $"{Setting}: cannot listen on {Binding}: {e.Message}",
            };
        }
    }

    private string Other => Setting == "urls"
        ? $"--urls {Binding.Scheme}://{Binding.Host}:{(Binding.Port < 1024 ? 8080 : Binding.Port + 1)}" : "change its Url.";

    private static string? Objection(string url)
    {
        try
        {
            var binding = BindingAddress.Parse(url);
            return binding.Scheme.ToLowerInvariant() is not ("http" or "https") || binding.Host.Length == 0
                ? $"is '{url}', but must be {Example}."
                : binding.Port is < 0 or > 65535 ? $"is '{url}', but a port is a number up to 65535."
                : binding.PathBase.Length > 0 ? $"is '{url}', but must be {Example}, without a path."
                : binding is { Port: 0, Host: "localhost" } ? $"is '{url}', but a port is only chosen for an address: http://127.0.0.1:0."
                : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return $"is '{url}', but must be {Example}.";
        }
    }

    private static string[] Split(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
