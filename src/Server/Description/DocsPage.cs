using System.IO.Compression;
using System.Text.Encodings.Web;
using Scalar.AspNetCore;

namespace ComfyFunc.Description;

/// <summary>The docs page: Scalar, served from this app alone.</summary>
internal static class DocsPage
{
    /// <summary>Nothing comes from elsewhere, and nothing goes there.</summary>
    public const string SecurityPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; " +
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private const string Script = "ScalarStaticAssets.scalar.js";

    private const string Settings = """{"withDefaultFonts":false,"telemetry":false,"agent":{"disabled":true},"showDeveloperTools":"never","hideModels":true,"hideClientButton":true,"defaultHttpClient":{"targetKey":"shell","clientKey":"curl"}}""";

    /// <param name="code">The function key that the page was asked for with; it is passed on to the document.</param>
    public static string Html(string? code) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>ComfyFunc API</title>
        </head>
        <body>
          <script id="api-reference" data-url="{{Encode(code is null ? "openapi.json" : $"openapi.json?code={Uri.EscapeDataString(code)}")}}" data-configuration="{{Encode(Settings)}}"></script>
          <script src="docs/scalar.js"></script>
        </body>
        </html>
        """;

    public static Stream OpenCompressedScript() => typeof(ScalarOptions).Assembly.GetManifestResourceStream(Script) ?? throw new InvalidOperationException($"The library has no {Script}.");

    public static Stream OpenScript() => new GZipStream(OpenCompressedScript(), CompressionMode.Decompress);

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
