using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Standalone;

/// <summary>Everything that is set, read and checked before anything starts.</summary>
/// <param name="Storage">The account; names none where the store is to be embedded.</param>
public sealed record StartSettings(StandaloneOptions Own, StorageOptions Storage, ComfyFuncOptions ComfyFunc)
{
    private static readonly string[] OwnNames = [nameof(StandaloneOptions.Urls), nameof(StandaloneOptions.Data),
        nameof(StandaloneOptions.MaxDataBytes), nameof(StandaloneOptions.AllowAnonymous), nameof(StandaloneOptions.Metrics)];

    /// <exception cref="SettingsException">Something cannot be taken as it is.</exception>
    public static StartSettings Read(IConfiguration configuration)
    {
        var own = SettingsReader.Read(OwnOf(configuration), "", new StandaloneOptions(), o => ListenAddress.Check("urls", o.Urls));
        var storage = SettingsReader.ReadStorage(configuration.GetSection(SettingsReader.StorageSection));
        var comfyFunc = SettingsReader.ReadComfyFunc(configuration.GetSection(ComfyFuncOptions.Section));
        SettingFault[] faults =
        [
            .. own.Faults.Select(f => f.Path == nameof(StandaloneOptions.Urls) ? f with { Path = "urls" } : f), // As ASP.NET calls it.
            .. ListenAddress.EndpointsOf(configuration).SelectMany(e => ListenAddress.Check(e.Setting, e.Url)),
            .. SettingsReader.CheckSections(configuration),
            .. storage.Faults,
            .. comfyFunc.Faults,
            .. SettingsReader.CheckTelemetry(configuration),
        ];
        return faults.Length == 0 ? new(own.Options, storage.Options, comfyFunc.Options) : throw new SettingsException([.. faults]);
    }

    // Whatever else is at the top belongs to others, or to nobody.
    private static IConfigurationRoot OwnOf(IConfiguration configuration) => new ConfigurationBuilder()
        .AddInMemoryCollection(OwnNames.Select(n => KeyValuePair.Create(n, configuration[n])).Where(s => s.Value is not null)).Build();
}
