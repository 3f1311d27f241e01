using Azure;
using Azure.Identity;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Server.Startup;

/// <summary>
/// Says to whoever starts the product why its storage account cannot be used: the setting, what the account answered, and what to do.
/// </summary>
public static class StorageFailure
{
    /// <inheritdoc cref="Describe(Exception, string, Uri?)"/>
    public static string? Describe(Exception e, StorageOptions storage) => Describe(e, SettingOf(storage), storage.BlobAddress);

    /// <param name="setting">What names the account.</param>
    /// <param name="address">Where its blobs are.</param>
    /// <returns>A line; <see langword="null"/> where it is not the account that failed.</returns>
    public static string? Describe(Exception e, string setting, Uri? address)
    {
        var account = address?.GetLeftPart(UriPartial.Path) ?? "storage";
        return e switch
        {
            StorageRefusedException { Status: 401 or 403 } refused =>
                $"{setting}: {account} refuses access ({(refused.Code.Length > 0 ? refused.Code : refused.Status)}). "
                    + "Correct the key, or give the identity the roles that docs/settings.md names.",
            StorageRefusedException refused => Answered(refused.Status, refused.Code),
            StorageUnavailableException { InnerException: AuthenticationFailedException inner } => Describe(inner, setting, address),
            StorageUnavailableException or OperationCanceledException =>
                $"{setting}: {account} does not answer: {FailureText.Root(e)} Start it, or correct the setting.",
            RequestFailedException failed => Answered(failed.Status, failed.ErrorCode),
            AuthenticationFailedException =>
                $"{setting}: there is no identity for {account}. Sign in, set Storage:ManagedIdentityClientId, or use "
                    + "Storage:ConnectionString.",
            AggregateException { InnerException: { } inner } => Describe(inner, setting, address),
            _ => null,
        };

        string Answered(int status, string? code) => $"{setting}: {account} answered {status} {code}. Correct the setting.";
    }

    private static string SettingOf(StorageOptions storage) => $"{SettingsReader.StorageSection}:" + (storage switch
    {
        { BlobServiceUri: not null } => nameof(StorageOptions.BlobServiceUri),
        { AccountName.Length: > 0 } => nameof(StorageOptions.AccountName),
        _ => nameof(StorageOptions.ConnectionString),
    });
}
