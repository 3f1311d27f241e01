using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Telemetry;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Server.Startup;

/// <summary>Reads a section into its options, or says everything that is wrong with it.</summary>
public static class SettingsReader
{
    public const string StorageSection = "Storage";

    private static readonly string[] Sections = [ComfyFuncOptions.Section, StorageSection];

    /// <summary>The settings of the application.</summary>
    public static SettingsReading<ComfyFuncOptions> ReadComfyFunc(IConfiguration section) =>
        Read(section, ComfyFuncOptions.Section, new ComfyFuncOptions(), ComfyFuncOptionsValidator.Check);

    /// <summary>The storage account; nothing where none is named.</summary>
    public static SettingsReading<StorageOptions> ReadStorage(IConfiguration section) =>
        Read(section, StorageSection, new StorageOptions(), CheckStorage);

    /// <summary>Checks all that the application reads.</summary>
    /// <exception cref="SettingsException">Something cannot be taken as it is.</exception>
    public static void Demand(IConfiguration configuration)
    {
        SettingFault[] faults =
        [
            .. CheckSections(configuration),
            .. ReadStorage(configuration.GetSection(StorageSection)).Faults,
            .. ReadComfyFunc(configuration.GetSection(ComfyFuncOptions.Section)).Faults,
            .. CheckTelemetry(configuration),
        ];
        if (faults.Length > 0)
        {
            throw new SettingsException([.. faults]);
        }
    }

    /// <summary>Sections whose name is nearly that of one that is read: what they say would be passed over.</summary>
    public static IEnumerable<SettingFault> CheckSections(IConfiguration configuration) =>
        from section in configuration.GetChildren()
        where !Sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase) && section.GetChildren().Any()
        let meant = section.Key.StartsWith(ComfyFuncOptions.Section, StringComparison.OrdinalIgnoreCase) ? ComfyFuncOptions.Section
        : Suggestion.NearestOf(section.Key, Sections)
        where meant is not null
        select new SettingFault(section.Key, $"is no section. Did you mean '{meant}'?");

    /// <summary>What is said of where telemetry goes.</summary>
    public static IEnumerable<SettingFault> CheckTelemetry(IConfiguration configuration) =>
        TelemetryTargets.FaultsOf(TelemetryOptions.Of(configuration)).Select(f => new SettingFault(f.Setting, f.Fault));

    /// <param name="section">What is set.</param>
    /// <param name="path">What it is called.</param>
    /// <param name="defaults">What is not set.</param>
    /// <param name="check">What options that can be read must hold to.</param>
    public static SettingsReading<T> Read<T>(IConfiguration section, string path, T defaults, Func<T, IEnumerable<SettingFault>> check)
        where T : class
    {
        var walk = SettingsWalk.Through(section, typeof(T), path);
        var readable = new ConfigurationBuilder().AddInMemoryCollection(walk.Values).Build();
        readable.Bind(defaults);
        var unread = walk.Faults.Select(f => f.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var broken = check(defaults).Select(f => f with { Path = Named(f.Path, path, readable) }).Where(f => !unread.Contains(f.Path));
        return new(defaults, [.. walk.Faults, .. broken]);
    }

    // Without an account the host has one of its own.
    private static IEnumerable<SettingFault> CheckStorage(StorageOptions options) =>
        from result in (options.NamesAccount ? options
            : options with { ConnectionString = StorageOptions.Development }).Validate(new(options))
        select new SettingFault($"{StorageSection}:{result.MemberNames.First()}", $"cannot be used. {result.ErrorMessage}");

    // Options count the elements of a list; settings may leave numbers out.
    private static string Named(string fault, string path, IConfiguration readable)
    {
        var names = fault.Split(':');
        var list = path.Length == 0 ? 0 : 1;
        if (names.Length > list + 1 && int.TryParse(names[list + 1], out var index))
        {
            names[list + 1] = readable.GetSection(names[list]).GetChildren().ElementAt(index).Key;
        }

        return string.Join(':', names);
    }
}

/// <summary>What a section said.</summary>
/// <param name="Options">What could be read of it; to be used only without faults.</param>
public sealed record SettingsReading<T>(T Options, ImmutableArray<SettingFault> Faults)
{
    /// <summary>The options, where nothing is wrong with them.</summary>
    public T Demand() => Faults.IsEmpty ? Options : throw new SettingsException(Faults);
}
