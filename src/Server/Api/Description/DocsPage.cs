using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Scalar.AspNetCore;

namespace ComfyFunc.Server.Api.Description;

/// <summary>
/// The docs page: Scalar, served from this app alone. Where keys are needed, it asks for one and keeps it in the reader's tab.
/// </summary>
internal static class DocsPage
{
    private const string Reference = "ScalarStaticAssets.scalar.js";

    private static readonly string Script = Read("docs.js");

    public static string Html { get; } = Read("docs.html").Replace("{{script}}", Script, StringComparison.Ordinal);

    /// <summary>
    /// Nothing comes from elsewhere, and nothing goes there; of scripts in the page, only the one that belongs there runs.
    /// </summary>
    public static string SecurityPolicy { get; } =
        $"default-src 'self'; script-src 'self' 'unsafe-eval' "
            + $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'; style-src 'self' 'unsafe-inline'; " +
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri "
            + "'none'; form-action 'self'";

    public static Stream OpenCompressedScript() => typeof(ScalarOptions).Assembly.GetManifestResourceStream(Reference)
        ?? throw new InvalidOperationException($"The library has no {Reference}.");

    public static Stream OpenScript() => new GZipStream(OpenCompressedScript(), CompressionMode.Decompress);

    // A browser takes every line's end for \n before it looks at a script.
    private static string Read(string file)
    {
        using var stream = typeof(DocsPage).Assembly.GetManifestResourceStream($"{typeof(DocsPage).Namespace}.{file}")
            ?? throw new InvalidOperationException($"The page has no {file}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
