using System.Security.Cryptography;
using Azure;
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
        StorageRefusedException { Status: 401 or 403 } refused =>
            [$"Storage:{NameOf(storage)}: {AddressOf(storage)} refuses access ({(refused.Code.Length > 0 ? refused.Code : refused.Status)}). "
                + "Correct the key, or give the identity the roles that docs/settings.md names."],
        StorageRefusedException refused => [AnsweredBy(storage, refused.Code, refused.Status)],
        StorageUnavailableException { InnerException: Azure.Identity.AuthenticationFailedException inner } => Describe(inner, storage),
        StorageUnavailableException or OperationCanceledException when storage is null =>
            [$"Data: the data folder cannot be used: {Root(e)} Look after its disk, or choose another folder: --Data <folder>"],
        StorageUnavailableException or OperationCanceledException =>
            [$"Storage:{NameOf(storage)}: {AddressOf(storage)} does not answer: {Root(e)} Start it, or correct the setting."],
        RequestFailedException failed => [AnsweredBy(storage, failed.ErrorCode, failed.Status)],
        Azure.Identity.AuthenticationFailedException =>
            [$"Storage:{NameOf(storage)}: there is no identity for {AddressOf(storage)}. Sign in, set Storage:ManagedIdentityClientId, or "
                + $"use Storage:ConnectionString."],
        IOException { InnerException: AddressInUseException } =>
            [$"urls: {OneLine(e.Message)} Stop what uses it, or choose another: --urls http://localhost:8080"],
        CryptographicException or FileNotFoundException or DirectoryNotFoundException when IsOfKestrel(e) => [Certificate(e)],
        InvalidOperationException when e.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => [Certificate(e)],
        _ when e.InnerException is { } inner && e is AggregateException => Describe(inner, storage),
        _ when IsOfKestrel(e) => [$"Kestrel cannot listen as it is configured: {Root(e)} Correct urls or Kestrel."],
        _ => [$"ComfyFunc cannot start: {OneLine(e.Message)}"],
    };

    private static string Certificate(Exception e) =>
        $"Kestrel:Certificates: {Root(e)} Set Path (and Password) of Kestrel:Certificates:Default or of the endpoint to a certificate "
            + $"that can be read, or listen on http.";

    private static bool IsOfKestrel(Exception e) =>
        e.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) is true;

    private static string AnsweredBy(StorageOptions? storage, string? code, int status) =>
        $"Storage:{NameOf(storage)}: {AddressOf(storage)} answered {status} {code}. Correct the setting.";

    private static string NameOf(StorageOptions? storage) =>
        storage?.BlobServiceUri is not null ? nameof(StorageOptions.BlobServiceUri) : storage?.AccountName is { Length: > 0 }
        ? nameof(StorageOptions.AccountName) : nameof(StorageOptions.ConnectionString);

    private static string AddressOf(StorageOptions? storage) => storage?.BlobAddress?.GetLeftPart(UriPartial.Path) ?? "storage";

    internal static string Root(Exception e) =>
        OneLine(e.GetBaseException() is OperationCanceledException ? "it took too long." : e.GetBaseException().Message);

    internal static string OneLine(string text) =>
        string.Join(' ',
            text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) is var line
                && line.EndsWith('.') ? line : $"{line}.";
}
