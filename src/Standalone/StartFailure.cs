using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;
using Microsoft.AspNetCore.Connections;

namespace ComfyFunc.Standalone;

/// <summary>Says to whoever starts the server why it does not start: the setting or the port, and what to do.</summary>
internal static class StartFailure
{
    /// <param name="storage">The account that was to be used, once it is known.</param>
    /// <returns>A line for each thing that is wrong.</returns>
    public static IReadOnlyList<string> Describe(Exception e, StorageOptions? storage) => e switch
    {
        SettingsException settings => [.. settings.Faults.Select(f => f.ToString())],
        StartRefusedException refused => refused.Lines,
        StorageUnavailableException or OperationCanceledException when storage is null =>
            [$"Data: the data folder cannot be used: {FailureText.Root(e)} Look after its disk, or choose another folder: --Data <folder>"],
        _ when storage is not null && StorageFailure.Describe(e, storage) is { } line => [line],
        IOException { InnerException: AddressInUseException } =>
            [$"urls: {FailureText.OneLine(e.Message)} Stop what uses it, or choose another: --urls http://localhost:8080"],
        CryptographicException or FileNotFoundException or DirectoryNotFoundException when IsOfKestrel(e) => [Certificate(e)],
        InvalidOperationException when e.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => [Certificate(e)],
        _ when e.InnerException is { } inner && e is AggregateException => Describe(inner, storage),
        _ when IsOfKestrel(e) => [$"Kestrel cannot listen as it is configured: {FailureText.Root(e)} Correct urls or Kestrel."],
        _ => [$"ComfyFunc cannot start: {FailureText.OneLine(e.Message)}"],
    };

    private static string Certificate(Exception e) =>
        $"Kestrel:Certificates: {FailureText.Root(e)} Set Path (and Password) of Kestrel:Certificates:Default or of the endpoint to a "
            + "certificate that can be read, or listen on http.";

    private static bool IsOfKestrel(Exception e) =>
        e.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) is true;
}
