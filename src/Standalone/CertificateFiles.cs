using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ComfyFunc.Standalone;

/// <summary>The files of certificates that Kestrel is configured with, tried before anything else is begun.</summary>
internal static class CertificateFiles
{
    private const string Kestrel = "Kestrel";

    /// <returns>What is wrong with them, a line each.</returns>
    public static IEnumerable<string> Trouble(IConfiguration configuration) =>
        configuration.GetSection($"{Kestrel}:Certificates").GetChildren()
            .Concat(configuration.GetSection($"{Kestrel}:Endpoints").GetChildren().Select(e => e.GetSection("Certificate")))
            .Select(Trouble).OfType<string>();

    private static string? Trouble(IConfigurationSection certificate)
    {
        if (certificate["Path"] is not { Length: > 0 } path)
        {
            return null; // One of a store, which Kestrel asks itself.
        }

        try
        {
            using var loaded = Load(path, certificate["KeyPath"], certificate["Password"]);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return $"{certificate.Path}:Path: {path} cannot be read as a certificate: {e.Message} Correct Path, KeyPath or Password "
                + $"there, or listen on http.";
        }
    }

    private static X509Certificate2 Load(string path, string? keyPath, string? password) =>
        string.IsNullOrEmpty(keyPath) ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
        : string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPemFile(path, keyPath)
        : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
}
