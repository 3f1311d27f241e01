using System.Diagnostics;
using System.Globalization;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// Makes a client span of each request to a host that is part of something traced. What looks at hosts now and then is part of nothing, and
/// makes none. Of an address a span has host and port: the rest may hold a token, and names of files.
/// </summary>
internal sealed class HostSpans : DelegatingHandler
{
    // What a run asks of its host, and with which words a path ends there.
    private static readonly string[] Known = ["/prompt", "/upload/image", "/view", "/queue", "/interrupt", "/free"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // What was started under a span may outlive it.
        if (Activity.Current is not { IsStopped: false, Source.Name: Product.Name } around)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        using var span = Begin(around.Source, request);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            Answered(span, (int)response.StatusCode);
            return response;
        }
        catch (Exception e) when (SpanFaults.Passes(span, e))
        {
            throw; // Never: it only looks.
        }
    }

    private static Activity? Begin(ActivitySource source, HttpRequestMessage request)
    {
        var url = request.RequestUri!; // Whoever sends a request has said where to.
        var template = TemplateOf(url.AbsolutePath);
        return source.StartActivity(template is null ? request.Method.Method : $"{request.Method} {template}", ActivityKind.Client)
            ?.SetTag("http.request.method", request.Method.Method)
            .SetTag("url.template", template)
            .SetTag("server.address", url.Host)
            .SetTag("server.port", url.Port);
    }

    private static string? TemplateOf(string path) => path.Contains("/history/", StringComparison.Ordinal) ? "/history/{id}"
        : Known.FirstOrDefault(k => path.EndsWith(k, StringComparison.Ordinal));

    private static void Answered(Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= 400)
        {
            span?.Failed(status.ToString(CultureInfo.InvariantCulture));
        }
    }
}
