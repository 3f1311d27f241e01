using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Functions;

/// <summary>
/// The application's storage: what the section <c>Storage</c> says, else the account that the Functions host uses itself.
/// </summary>
internal static class StorageSettings
{
    public static StorageOptions Read(IConfiguration configuration)
    {
        var options = SettingsReader.ReadStorage(configuration.GetSection(SettingsReader.StorageSection)).Demand();
        return options.NamesAccount ? options : options.OfConnection(configuration, "AzureWebJobsStorage");
    }
}
