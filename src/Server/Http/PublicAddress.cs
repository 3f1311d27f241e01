using System.Net;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace ComfyFunc.Server.Http;

/// <summary>
/// Where the world reaches this server: the configured <c>PublicUrl</c>, else what a trusted proxy says that it was asked for, else what
/// the request asked for. Every link and header is made from it.
/// </summary>
public sealed class PublicAddress
{
    /// <summary>Where both hosts listen unless they are told otherwise.</summary>
    public const string Default = "http://localhost:7071";

    private readonly Uri? publicUrl;
    private readonly ForwardedHeadersMiddleware forwarded;
    private readonly AsyncLocal<string?> asked = new();

    public PublicAddress(ComfyFuncOptions options, ILoggerFactory loggers)
    {
        publicUrl = options.PublicUrl;
        var trusted = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All }; // Loopback is trusted from the start.
        foreach (var network in options.TrustedProxies.Select(NetworkOf).OfType<IPNetwork>())
        {
            trusted.KnownIPNetworks.Add(network);
        }

        forwarded = new(_ => Task.CompletedTask, loggers, Options.Create(trusted));
    }

    /// <summary>Where it listens, for links that are made where nobody asks; without a slash at the end.</summary>
    public string Listening { get; set; } = Default;

    /// <summary>The address that links begin with: as the request asked that is being answered. Without a slash at the end.</summary>
    public string Base => publicUrl?.AbsoluteUri.TrimEnd('/') ?? asked.Value ?? Listening;

    /// <summary>An address such as <c>10.0.0.4</c>, or a network such as <c>10.0.0.0/8</c>.</summary>
    public static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    /// <summary>Gives the request the scheme, host and path base that the world knows.</summary>
    public void Apply(HttpRequest request)
    {
        SpellForwarded(request.Headers);
        var scheme = request.Scheme;
        forwarded.ApplyForwarders(request.HttpContext);
        request.Scheme = request.Scheme is "http" or "https" ? request.Scheme : scheme;
        request.Host = request.Host.HasValue ? request.Host : Reached(request.HttpContext.Connection);
        request.PathBase = request.PathBase.Value?.TrimEnd('/'); // Paths begin with a slash.
        if (publicUrl is not null)
        {
            request.Scheme = publicUrl.Scheme;
            request.Host = new HostString(publicUrl.Authority);
            request.PathBase = PathString.FromUriComponent(publicUrl.AbsolutePath.TrimEnd('/'));
        }

        asked.Value = request.Absolute("");
    }

    // Who speaks HTTP/1.0 need not say whom it asks.
    private HostString Reached(ConnectionInfo connection) => connection.LocalIpAddress is { } address
        ? new((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(), connection.LocalPort)
        : new(new Uri(Listening).Authority);

    // RFC 7239, which the middleware does not read, in the words that it does: one element for each proxy, the nearest to the caller first.
    private static void SpellForwarded(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue("Forwarded", out var forwarded) || headers.ContainsKey("X-Forwarded-Host")
            || headers.ContainsKey("X-Forwarded-Proto") || headers.ContainsKey("X-Forwarded-For"))
        {
            return;
        }

        var elements = forwarded.ToString().Split(',').Select(ParametersOf).ToArray();
        foreach (var (name, header) in new[] { ("for", "X-Forwarded-For"), ("proto", "X-Forwarded-Proto"), ("host", "X-Forwarded-Host") })
        {
            if (elements.Select(e => e.GetValueOrDefault(name)).OfType<string>().ToArray() is { Length: > 0 } values)
            {
                headers[header] = string.Join(", ", values);
            }
        }
    }

    private static Dictionary<string, string> ParametersOf(string element)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in element.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2))
        {
            parameters[pair[0]] = pair[1].Trim('"');
        }

        return parameters;
    }
}
