using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace ComfyFunc.Storage;

/// <summary>Which storage account to use, and under which names. Either a connection string, or an account and the process's own identity.</summary>
public sealed partial record StorageOptions : IValidatableObject
{
    public string? ConnectionString { get; init; }

    public string? AccountName { get; init; }

    /// <summary>The client id of a user-assigned identity; <see langword="null"/> uses the default one.</summary>
    public string? ManagedIdentityClientId { get; init; }

    public string EndpointSuffix { get; init; } = "core.windows.net";

    /// <summary>The one blob container; file names carry prefixes.</summary>
    public string Container { get; init; } = "comfyfunc";

    /// <summary>What every table's name begins with, so that several deployments can share an account.</summary>
    public string TablePrefix { get; init; } = "comfyfunc";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var hasConnection = !string.IsNullOrWhiteSpace(ConnectionString);
        var hasAccount = !string.IsNullOrWhiteSpace(AccountName);
        if (hasConnection == hasAccount)
        {
            yield return new("Storage needs either a ConnectionString or an AccountName.", [nameof(ConnectionString), nameof(AccountName)]);
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

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountPattern { get; }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerPattern { get; }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,39}$")]
    private static partial Regex TablePattern { get; }
}
