using System.Net;
using System.Net.Http.Headers;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Why a host's answer is of no use, in one sentence about the host. It names no address, header or token.</summary>
public sealed record HostFault(HostFaultKind Kind, string? Detail = null)
{
    /// <summary>What a status or a content type says by itself; <see langword="null"/> when there is nothing wrong with them.</summary>
    internal static HostFault? Of(HttpResponseMessage response, string asked, bool hasDoor) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Unauthorized((int)response.StatusCode, hasDoor),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
            new(HostFaultKind.Unreadable,
                $"It answered {asked} with a redirect ({(int)response.StatusCode}): is that a ComfyUI, or a login page before it?"),
        _ when IsHtml(response.Content.Headers.ContentType) =>
            new(HostFaultKind.Unreadable,
                $"It answered {asked} with text/html (status {(int)response.StatusCode}): is that a ComfyUI, or a login page before it?"),
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => null,
        _ => new(HostFaultKind.NoAnswer, $"It answered {asked} with status {(int)response.StatusCode}."),
    };

    internal static HostFault Of(Exception exception, TimeSpan patience) => new(HostFaultKind.NoAnswer, exception switch
    {
        OperationCanceledException => $"It did not answer within {patience.TotalSeconds:0} s.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "Its name cannot be resolved.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "It does not answer: no connection can be made.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "No TLS connection to it can be made: look at its certificate.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "Its answer is larger than is read.",
        _ => "It ended the connection without an answer.",
    });

    private static HostFault Unauthorized(int status, bool hasDoor) => new(
        HostFaultKind.Unauthorized,
        hasDoor ? $"It does not take the headers or token that it was given ({status})."
            : $"It wants authentication ({status}): give the host headers or a token.");

    private static bool IsHtml(MediaTypeHeaderValue? type) =>
        string.Equals(type?.MediaType, "text/html", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What kind of no-answer it is.</summary>
public enum HostFaultKind
{
    /// <summary>Nothing came, or an error of whatever is between.</summary>
    NoAnswer,

    /// <summary>401 or 403.</summary>
    Unauthorized,

    /// <summary>Something came that is not what a ComfyUI says.</summary>
    Unreadable,
}

/// <summary>What a host said when it was asked, or why there is nothing.</summary>
public readonly record struct Asked<T>(T? Value, HostFault? Fault = null) where T : class
{
    public static implicit operator Asked<T>(HostFault fault) => new(null, fault);
}
