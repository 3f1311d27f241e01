using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Functions;

/// <summary>
/// The application's storage: what the section <c>Storage</c> says, else the account that the Functions host uses itself.
/// </summary>
internal sealed record StorageSettings(StorageOptions Options, bool IsOfHost)
{
    private const string Host = "AzureWebJobsStorage";

    /// <exception cref="SettingsException">They name no account, or two.</exception>
    public static StorageSettings Read(IConfiguration configuration)
    {
        var options = SettingsReader.ReadStorage(configuration.GetSection(SettingsReader.StorageSection)).Demand();
        try
        {
            return options.NamesAccount ? new(options, IsOfHost: false) : new(options.OfConnection(configuration, Host), IsOfHost: true);
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException([new(Host, $"cannot be used. {e.Message}")]);
        }
    }

    /// <returns>Why the account cannot be used; <see langword="null"/> where it is not the account that failed.</returns>
    public string? Describe(Exception e) =>
        IsOfHost ? StorageFailure.Describe(e, Host, Options.BlobAddress) : StorageFailure.Describe(e, Options);
}
