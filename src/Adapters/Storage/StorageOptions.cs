using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Which storage account to use, and under which names. A connection string, or an account, by its name or its services' URIs, and the
/// process's own identity.
/// </summary>
public sealed partial record StorageOptions : IValidatableObject
{
    /// <summary>The connection string of an emulator on this machine.</summary>
    public const string Development = "UseDevelopmentStorage=true";

    [PasswordPropertyText(true)]
    public string? ConnectionString { get; init; }

    public string? AccountName { get; init; }

    /// <summary>Where the account's blobs are, such as <c>https://account.blob.core.windows.net</c>.</summary>
    public Uri? BlobServiceUri { get; init; }

    /// <summary>Where its tables are, such as <c>https://account.table.core.windows.net</c>.</summary>
    public Uri? TableServiceUri { get; init; }

    /// <summary>The client id of a user-assigned identity; <see langword="null"/> uses the default one.</summary>
    public string? ManagedIdentityClientId { get; init; }

    public string EndpointSuffix { get; init; } = "core.windows.net";

    /// <summary>The one blob container; file names carry prefixes.</summary>
    public string Container { get; init; } = "comfyfunc";

    /// <summary>What every table's name begins with, so that several deployments can share an account.</summary>
    public string TablePrefix { get; init; } = "comfyfunc";

    /// <summary>Whether anything says which account it is.</summary>
    public bool NamesAccount => !string.IsNullOrWhiteSpace(ConnectionString) || !string.IsNullOrWhiteSpace(AccountName)
        || BlobServiceUri is not null || TableServiceUri is not null;

    /// <summary>Where the account's blobs are; <see langword="null"/> where nothing says so that can be read.</summary>
    public Uri? BlobAddress => BlobServiceUri
        ?? (AccountName is { Length: > 0 } ? new Uri($"https://{AccountName}.blob.{EndpointSuffix}") : IsConnection(ConnectionString ?? "")
            ? new BlobServiceClient(ConnectionString).Uri : null);

    /// <summary>
    /// What a connection of the Functions host says, such as <c>AzureWebJobsStorage</c>: a connection string, or <c>__accountName</c>, or
    /// <c>__blobServiceUri</c> and <c>__tableServiceUri</c>, with <c>__clientId</c> for a user-assigned identity.
    /// </summary>
    public StorageOptions OfConnection(IConfiguration configuration, string name)
    {
        var read = this with
        {
            ConnectionString = configuration[name],
            AccountName = configuration[$"{name}:accountName"],
            BlobServiceUri = configuration.GetValue<Uri>($"{name}:blobServiceUri"),
            TableServiceUri = configuration.GetValue<Uri>($"{name}:tableServiceUri"),
            ManagedIdentityClientId = configuration[$"{name}:clientId"] ?? ManagedIdentityClientId,
        };
        return read.Validate(new(read)).FirstOrDefault() is not { } fault ? read : throw new InvalidOperationException(
            $"Storage is what {name} says, or {name}__accountName, or {name}__blobServiceUri "
                + $"and {name}__tableServiceUri. {fault.ErrorMessage}");
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var hasConnection = !string.IsNullOrWhiteSpace(ConnectionString);
        var hasAccount = !string.IsNullOrWhiteSpace(AccountName);
        var hasUris = BlobServiceUri is not null || TableServiceUri is not null;
        if ((hasConnection ? 1 : 0) + (hasAccount ? 1 : 0) + (hasUris ? 1 : 0) != 1)
        {
            yield return new("Storage needs either a ConnectionString, or an AccountName, or a BlobServiceUri and a TableServiceUri.",
                [nameof(ConnectionString), nameof(AccountName), nameof(BlobServiceUri)]);
        }

        if (hasConnection && !IsConnection(ConnectionString!))
        {
            yield return new(
                "ConnectionString is what the portal shows, such as AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, or "
                    + "UseDevelopmentStorage=true.", [nameof(ConnectionString)]);
        }

        if (hasUris && (BlobServiceUri is null || TableServiceUri is null))
        {
            yield return new("BlobServiceUri and TableServiceUri belong together: runs are in tables, their files in blobs.",
                [nameof(BlobServiceUri), nameof(TableServiceUri)]);
        }

        foreach (var (uri, member) in new[] { (BlobServiceUri, nameof(BlobServiceUri)), (TableServiceUri, nameof(TableServiceUri)) })
        {
            if (uri is not null && !IsService(uri))
            {
                yield return new(
                    $"{member} is where the service is, such as https://account.blob.core.windows.net, and no link that is signed.",
                    [member]);
            }
        }

        if (hasAccount && !AccountPattern.IsMatch(AccountName!))
        {
            yield return new("AccountName must be 3 to 24 lower-case letters and digits.", [nameof(AccountName)]);
        }

        if (!ContainerPattern.IsMatch(Container))
        {
            yield return new("Container must be 3 to 63 lower-case letters, digits and single hyphens.", [nameof(Container)]);
        }

        if (!TablePattern.IsMatch(TablePrefix))
        {
            yield return new("TablePrefix must be up to 40 letters and digits and begin with a letter.", [nameof(TablePrefix)]);
        }
    }

    private static bool IsConnection(string text)
    {
        try
        {
            return new BlobServiceClient(text).Uri.IsAbsoluteUri && new TableServiceClient(text).Uri.IsAbsoluteUri;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    // An identity's token goes over TLS only.
    private static bool IsService(Uri uri) => uri is { IsAbsoluteUri: true, Scheme: "https", Query: "", UserInfo: "" };

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountPattern { get; }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerPattern { get; }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,39}$")]
    private static partial Regex TablePattern { get; }
}
